"""HTML from words: every word is escaped, in one place. Knows nothing of results."""

from collections.abc import Iterable
from html import escape as escaped

__all__ = ["Html", "escaped", "join", "tag"]

VOID = ("meta",)  # elements that have no inside


class Html(str):
    """Text that is HTML already."""


def tag(name: str, /, *inner: str, **attributes: str) -> Html:
    """An element. Words inside are escaped, Html is not; `class_` loses its `_`."""
    given = "".join(
        f' {key.strip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
    )
    return Html(f"<{name}{given}>" + ("" if name in VOID else f"{join(inner)}</{name}>"))


def join(parts: Iterable[str]) -> Html:
    return Html("".join(part if isinstance(part, Html) else escaped(part) for part in parts))
