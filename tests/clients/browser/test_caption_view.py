"""Captions on a page: what is there, and that nothing moves that was read."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.checks import axe, observe, shifts
from tests.browser.modules import importing
from tests.clients.browser.test_caption_model import final, partial

SENTENCE = (
    "the words of a long sentence that goes on and on over more lines than there are to be seen "
    "so that what was said first has to go up and out of sight while the rest is still to come"
)
LONG = SENTENCE.split()

BEGIN = """
async ([options, size]) => {
  const { CaptionView } = await import('/browser/captions.js');
  document.title = 'Captions';
  document.documentElement.lang = 'en';
  document.body.innerHTML = '<main><h1>Captions</h1><div id=captions></div><p>Below</p></main>';
  const element = document.getElementById('captions');
  const style = { width: '320px', fontFamily: 'sans-serif', fontSize: '20px' };
  Object.assign(element.style, style, size);
  window.view = new CaptionView(element, options);
}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """One of no server, that looks at what moves on it."""
    async with importing(browser) as modules:
        await observe(modules.page.context)
        await modules.page.reload()
        yield modules.page


async def begin(page: Page, size: dict[str, str] | None = None, **options: Any) -> None:
    await page.evaluate(BEGIN, [options, size or {}])


async def apply(page: Page, *events: dict[str, Any]) -> None:
    """Each in a frame of its own."""
    for event in events:
        await page.evaluate(
            "(event) => { view.apply(event); return new Promise(requestAnimationFrame); }", event
        )


async def visible(page: Page) -> str:
    """The words that can be seen, in their lines."""
    lines: list[str] = await page.evaluate("""() => {
      const box = captions.getBoundingClientRect();
      const lines = new Map();
      const walk = document.createTreeWalker(captions, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        for (const { 0: word, index } of walk.currentNode.data.matchAll(/\\S+/g)) {
          const range = new Range();
          range.setStart(walk.currentNode, index);
          range.setEnd(walk.currentNode, index + word.length);
          const { top, bottom } = range.getBoundingClientRect();
          if (top < box.top - 2 || bottom > box.bottom + 2) continue;
          const at = Math.round(top);
          lines.set(at, [...(lines.get(at) ?? []), word]);
        }
      }
      return [...lines.values()].map((it) => it.join(' '));
    }""")
    return "\n".join(lines)


def spoken(words: list[str], seg: int = 0) -> list[dict[str, Any]]:
    """Word by word, the last two always in doubt; then final."""
    told = []
    for at in range(1, len(words) + 1):
        sure = " ".join(words[: max(0, at - 2)])
        told.append(partial(seg, f"{sure}|{' '.join(words[:at])[len(sure) :]}"))
    return [*told, final(seg, " ".join(words) + ".")]


async def test_finals_are_in_the_log_and_the_rest_is_not(page: Page) -> None:
    await begin(page)
    await apply(page, final(0, "Good morning.", language="en"), partial(1, "How are| you"))
    log, now = page.locator("[role=log]"), page.locator("[aria-hidden=true]")
    assert await log.locator("p").all_inner_texts() == ["Good morning."]
    assert await log.locator("p").get_attribute("lang") == "en"
    assert await now.inner_text() == "How are you"
    assert (await now.locator(".tentative").inner_text()).strip() == "you"
    await apply(page, final(1, "How are you?"))
    assert await log.locator("p").all_inner_texts() == ["Good morning.", "How are you?"]
    assert await now.inner_text() == ""


async def test_screen_readers_are_silent_unless_told(page: Page) -> None:
    await begin(page)
    log = page.locator("[role=log]")
    assert await log.get_attribute("aria-live") == "off"
    await page.evaluate("view.live = true")
    assert await log.get_attribute("aria-live") == "polite"
    assert await page.evaluate("view.live") is True


async def test_only_finals_if_so_wished(page: Page) -> None:
    await begin(page, partials=False)
    await apply(page, final(0, "Good morning."), partial(1, "How are| you"))
    assert await visible(page) == "Good morning."
    await page.evaluate("view.partials = true")
    assert await visible(page) == "Good morning.\nHow are you"


@pytest.mark.parametrize("lines", [2, 3])
async def test_there_is_room_for_some_lines_from_the_start(page: Page, lines: int) -> None:
    await begin(page, lines=lines)
    assert await page.evaluate("captions.getBoundingClientRect().height") == lines * 28
    await apply(page, *spoken(LONG))
    assert await page.evaluate("captions.getBoundingClientRect().height") == lines * 28
    seen = await visible(page)
    assert len(seen.splitlines()) == lines and seen.endswith("still to come.")


@pytest.mark.parametrize("lines", [2, "scroll"])
async def test_committed_words_stay_in_their_line(page: Page, lines: int | str) -> None:
    """Lines go up as a whole; no word goes from one to another, and nothing shifts."""
    await begin(page, lines=lines, size={} if lines == 2 else {"height": "120px"})
    before: dict[int, list[str]] = {}
    for event in spoken(LONG):
        await apply(page, event)
        rows = await where(page)
        for top, words in before.items():
            assert rows[top][: len(words)] == words
        before = {top: words for top, words in (await where(page, committed=True)).items()}
    assert await shifts(page) == []


async def where(page: Page, committed: bool = False) -> dict[int, list[str]]:
    """Words by how far below the first line theirs is."""
    rows: list[tuple[int, str]] = await page.evaluate(
        """(committed) => {
          const first = document.querySelector('#captions p').getBoundingClientRect().top;
          const which = committed ? ':first-child' : '';
          const spans = document.querySelectorAll(`#captions p > span${which}`);
          return [...spans].flatMap(({ firstChild: text }) =>
            [...(text?.data ?? '').matchAll(/\\S+/g)].map(({ 0: word, index }) => {
              const range = new Range();
              range.setStart(text, index);
              range.setEnd(text, index + 1);
              return [Math.round(range.getBoundingClientRect().top - first), word];
            }));
        }""",
        committed,
    )
    found: dict[int, list[str]] = {}
    for top, word in rows:
        found.setdefault(top, []).append(word)
    return found


async def test_a_line_that_was_begun_is_not_taken_back(page: Page) -> None:
    await begin(page)
    top = "document.querySelector('#captions p').getBoundingClientRect().top"
    words = " ".join(LONG[:8])
    await apply(page, partial(0, f"{words}| over several more lines that are only guessed"))
    before = await page.evaluate(top)
    await apply(page, partial(0, f"{words}| over"))
    assert await page.evaluate(top) == before
    await apply(page, final(0, f"{words} over."))
    assert await page.evaluate(top) == before
    await apply(page, partial(1, "|next"))
    assert (await visible(page)).endswith("next")


async def test_who_scrolls_back_stays_there(page: Page) -> None:
    await begin(page, lines="scroll", size={"height": "100px"})
    await apply(page, *(final(it, f"Sentence number {it}.") for it in range(20)))
    assert (await visible(page)).endswith("number 19.")
    await page.evaluate("""() => {
      captions.addEventListener('following', (it) => { window.told = it.detail; });
      captions.scrollTop = 0;
    }""")
    await page.wait_for_function("window.told?.following === false")
    await apply(page, final(20, "Sentence number 20."))
    assert (await visible(page)).startswith("Sentence number 0.")
    await page.evaluate("view.follow()")
    await page.wait_for_function("view.following")
    await apply(page, final(21, "Sentence number 21."))
    assert (await visible(page)).endswith("number 21.")


async def test_it_can_be_scrolled_with_keys(page: Page) -> None:
    await begin(page, lines="scroll", size={"height": "100px"})
    await apply(page, *(final(it, f"Sentence number {it}.") for it in range(20)))
    await page.keyboard.press("Tab")
    await page.keyboard.press("Home")
    await page.wait_for_function("captions.scrollTop === 0")


async def test_better_text_and_what_was_no_speech(page: Page) -> None:
    await begin(page)
    await apply(page, final(0, "a da"), partial(1, "|hm"), final(1, ""))
    await apply(page, {"type": "revise", "seg": 0, "text": "Ada"})
    assert await visible(page) == "Ada"
    await page.evaluate("view.clear()")
    assert await page.locator("#captions p").count() == 0


@pytest.mark.parametrize("lines", [2, "scroll"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_read_it(page: Page, scheme: str, lines: int | str) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    colors = {"light": ("#ffffff", "#1b1d22"), "dark": ("#131519", "#eceef1")}[scheme]
    await begin(page, lines=lines, size={"background": colors[0], "color": colors[1]})
    await apply(page, final(0, "Good morning."), partial(1, "How are| you"))
    assert await axe(page) == []
    assert await contrast(page) >= 4.5


async def contrast(page: Page) -> float:
    """Of the tentative words; axe leaves alone what screen readers do not say."""
    ratio: float = await page.evaluate("""() => {
      const paint = (color) => {
        const canvas = new OffscreenCanvas(1, 1).getContext('2d');
        canvas.fillStyle = getComputedStyle(captions).backgroundColor;
        canvas.fillRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).reduce((sum, it, index) => {
          const part = it / 255;
          const light = part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
          return sum + light * [0.2126, 0.7152, 0.0722][index];
        }, 0);
      };
      const words = paint(getComputedStyle(document.querySelector('.tentative')).color);
      const [low, high] = [words, paint(getComputedStyle(captions).backgroundColor)].sort();
      return (high + 0.05) / (low + 0.05);
    }""")
    return ratio
