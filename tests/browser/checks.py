"""What can be measured of a page: its accessibility by axe-core, and what moved on it."""

from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct
from playwright.async_api import BrowserContext, Page

GRAVE = ("serious", "critical")

OBSERVE = """
window.layoutShifts = [];
const place = (node) => {
  const element = node instanceof Element ? node : node && node.parentElement;
  return element ? element.tagName.toLowerCase() + (element.id && `#${element.id}`)
    + [...element.classList].map((name) => `.${name}`).join('') : 'removed';
};
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries())
    window.layoutShifts.push({ value, moved: sources.map(({ node }) => place(node)) });
}).observe({ type: 'layout-shift', buffered: true });
"""


class Shift(Struct, frozen=True):
    """A frame in which something moved that nobody scrolled. moved: the elements, as selectors."""

    value: float
    moved: list[str]


async def axe(page: Page) -> list[str]:
    """Serious and critical findings, a line each."""
    await page.evaluate(_source())
    found: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['impact']}: {each['help']}: {', '.join(str(at['target']) for at in each['nodes'])}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]


async def observe(context: BrowserContext) -> None:
    """From now on pages keep what moves on them: see `shifts`."""
    await context.add_init_script(OBSERVE)


async def shifts(page: Page) -> list[Shift]:
    """What moved since the page was opened, of a context that is observed."""
    # An entry is told with the frame after the one it is about.
    await page.evaluate("() => new Promise((on) => requestAnimationFrame(() => setTimeout(on)))")
    found: list[dict[str, Any]] = await page.evaluate("window.layoutShifts")
    return [Shift(each["value"], each["moved"]) for each in found]


@cache
def _source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()
