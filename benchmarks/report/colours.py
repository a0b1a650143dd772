"""The few colours of charts and page, each for light and for dark. Values only."""

INK = "#1f2328"
SOFT = "#656d76"
LINE = "#d8dee4"
ALARM = "#cf222e"  # limits and invalid runs, and nothing else

SERIES = (
    "#0969da",
    "#bc4c00",
    "#1a7f37",
    "#8250df",
    "#bf3989",
    "#1b7c83",
    "#7d4e00",
    "#57606a",
)
"""One for each kind of results; with more kinds they begin again, with the other shapes."""

DARK = {
    INK: "#e6edf3",
    SOFT: "#9198a1",
    LINE: "#3d444d",
    ALARM: "#ff7b72",
    SERIES[0]: "#58a6ff",
    SERIES[1]: "#f0883e",
    SERIES[2]: "#3fb950",
    SERIES[3]: "#bc8cff",
    SERIES[4]: "#f778ba",
    SERIES[5]: "#39c5cf",
    SERIES[6]: "#d4a72c",
    SERIES[7]: "#b1bac4",
}
"""Charts are drawn in the light colours; the page's style puts these in their place."""


def colour(number: int) -> str:
    """Of the kind with that number."""
    return SERIES[number % len(SERIES)]
