"""Captions look like captions on a page that allows no style but its own."""

from playwright.async_api import Page

from tests.browser.watch import Watch

BEGIN = """
async () => {
  const { adopt, sheet } = await import('/browser/caption-style.js');
  document.body.innerHTML = '<div class=captions><p>a<span class=tentative>b</span></p></div>';
  const before = document.adoptedStyleSheets.length;
  adopt(document);
  adopt(document);
  const style = (name) => getComputedStyle(document.querySelector(name));
  return {
    added: document.adoptedStyleSheets.length - before,
    ours: document.adoptedStyleSheets.at(-1) === sheet,
    margin: style('.captions p').marginTop,
    hidden: style('.captions').overflowY,
    weights: [style('.captions p').fontWeight, style('.tentative').fontWeight],
    colors: [style('.captions p').color, style('.tentative').color],
  };
}
"""


async def test_it_is_adopted_once_under_a_strict_policy(page: Page, watch: Watch) -> None:
    watch.allow("favicon.ico")
    await page.goto("/browser/wire.js")  # a document without a style of its own
    found = await page.evaluate(BEGIN)
    assert (found["added"], found["ours"]) == (1, True)
    assert (found["margin"], found["hidden"]) == ("0px", "hidden")
    assert found["colors"][0] != found["colors"][1]
    assert found["weights"][0] == found["weights"][1], "what follows would move"
