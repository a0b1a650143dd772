"""The viewer's page in a real browser: who reads along, how they like it, and what may be lost."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.checks import axe, shifts
from tests.browser.conftest import Opens
from tests.browser.room import Speaker
from tests.browser.watch import Watch
from tests.clients.proxy import between
from tests.fakes import scripted
from tests.server.shared import Running, pcm, raw

PHONE = {"width": 390, "height": 844}
LONG = "Everybody who wants to read along can do so here, on any screen and in any size."
PICTURE = "...." + "#" * 12 + "." * 9 + "#" * 9 + "." * 11

# Where each word that is committed is, in the text that scrolls; told once a frame.
PLACES = """() => {
  window.moved = [];
  const [places, blocks] = [new Map(), new Map()];
  const look = () => {
    const box = document.querySelector('.window');
    for (const block of box.querySelectorAll('p')) {
      const text = block.firstElementChild?.firstChild;
      if (!text) continue;
      for (const { 0: word, index } of text.data.matchAll(/\\S+(?=\\s)/g)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        const at = range.getBoundingClientRect();
        const place = `${at.left} ${at.top + box.scrollTop}`;
        if (!blocks.has(block)) blocks.set(block, blocks.size);
        const key = `${blocks.get(block)} ${index} ${word}`;
        const before = places.get(key);
        if (before !== undefined && before !== place) window.moved.push([key, before, place]);
        places.set(key, place);
      }
    }
    window.seen = places.size;
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.fixture
def speaker(server: Running) -> Speaker:
    return Speaker(server)


@pytest_asyncio.fixture(loop_scope="session")
async def page(opens: Opens) -> Page:
    return await joined(await opens("/captions/hall"))


async def joined(page: Page) -> Page:
    await expect(page.locator("#state")).to_have_text(re.compile("Waiting|Live|Over"))
    return page


def log(page: Page) -> Locator:
    return page.get_by_role("log")


async def test_a_talk_is_read_along(server: Running, opens: Opens) -> None:
    server.model.script = scripted(PICTURE, "Good morning everybody. Nice weather.")
    page = await joined(await opens("/captions/hall"))
    assert await page.title() == "hall · Captions"
    await expect(page.get_by_text("Captions appear here")).to_be_visible()
    async with raw(server.url) as client:
        await client.hello(room="hall")
        await client.audio(0, pcm(PICTURE))
        await client.say("end", pos=len(pcm(PICTURE)))
        await client.closed()
    told = [it["text"] for it in client.heard if it["type"] == "final"]
    await expect(log(page).locator("p")).to_have_text(told)
    await expect(log(page).locator("p").first).to_have_attribute("lang", "en")
    await expect(page.locator("#state")).to_have_text("Over")
    await expect(page.get_by_text("Captions appear here")).to_be_hidden()


async def test_what_is_said_now_is_not_in_the_log(page: Page, speaker: Speaker) -> None:
    await speaker.partial("Good morning", " everybody")
    now = page.locator("[aria-hidden=true] > p")
    await expect(now).to_have_text("Good morning everybody")
    await expect(now.locator(".tentative")).to_have_text(" everybody")
    assert await log(page).text_content() == ""
    assert await log(page).get_attribute("aria-live") == "off"
    await speaker.final("Guten Morgen.", "de")
    await expect(log(page).locator("p")).to_have_attribute("lang", "de")
    await expect(now).to_have_count(0)
    await expect(page.locator("#state")).to_have_text("Live")


async def test_committed_words_never_move(page: Page, speaker: Speaker) -> None:
    await page.evaluate(PLACES)
    before = len(await shifts(page))
    for number in range(8):
        await speaker.says(f"Number {number}. {LONG}")
        await expect(log(page).locator("p")).to_have_count(number + 1)
        await speaker.partial("And", " sometimes a word that was shown is taken back again.")
        await page.evaluate("new Promise((on) => setTimeout(on, 250))")
    assert await page.evaluate("window.seen") > 100
    assert await page.evaluate("window.moved") == []
    assert (await shifts(page))[before:] == []


async def test_captions_change_at_most_five_times_a_second(page: Page, speaker: Speaker) -> None:
    await page.evaluate("""() => {
      window.changes = [];
      new MutationObserver(() => window.changes.push(performance.now()))
        .observe(document.querySelector('.window'), {subtree: true, childList: true,
          characterData: true});
    }""")
    for count in range(60):
        await speaker.partial("word " * count, "more")
        await page.evaluate("new Promise((on) => setTimeout(on, 20))")
    await expect(page.locator("[aria-hidden=true] > p")).to_have_text("word " * 59 + "more")
    changes = await page.evaluate("window.changes")
    gaps = [after - one for one, after in zip(changes, changes[1:], strict=False)]
    assert len(changes) > 3 and min(gaps) > 180


async def test_who_comes_late_reads_the_last_sentences(opens: Opens, speaker: Speaker) -> None:
    for number in range(5):
        await speaker.final(f"Sentence {number}.")
    page = await opens("/captions/hall")
    await expect(log(page).locator("p")).to_have_text([f"Sentence {n}." for n in (2, 3, 4)])


async def test_a_lost_connection_costs_no_sentence(
    server: Running, opens: Opens, speaker: Speaker, watch: Watch
) -> None:
    watch.allow("ERR_|Failed to load")
    async with between(server.url) as proxy:
        page = await joined(await opens(f"{proxy.url}/captions/hall"))
        await speaker.final("Before.")
        await expect(log(page).locator("p")).to_have_count(1)
        proxy.port, port = 9, proxy.port  # where nobody listens
        proxy.cut()
        await expect(page.locator("#state")).to_have_text("Reconnecting")
        await expect(page.get_by_role("status").first).to_contain_text("Reconnecting")
        await speaker.final("Meanwhile.")
        proxy.port = port
        await expect(page.locator("#state")).to_have_text("Live")
        await speaker.final("After.")
        await expect(log(page).locator("p")).to_have_text(["Before.", "Meanwhile.", "After."])


async def test_a_pause_holds_everything_and_the_way_back_is_shown(
    page: Page, speaker: Speaker
) -> None:
    await speaker.final("One.")
    await expect(log(page).locator("p")).to_have_count(1)
    await page.get_by_role("button", name="Pause").click()
    await expect(page.locator("#state")).to_have_text("Paused")
    await speaker.says("Two.")
    await speaker.final("Three.")
    back = page.get_by_role("button", name="Jump to live (2 new)")
    await expect(back).to_be_visible()
    assert await log(page).locator("p").count() == 1
    await back.click()
    await expect(log(page).locator("p")).to_have_text(["One.", "Two.", "Three."])
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await expect(page.locator("#jump")).to_be_hidden()


async def test_who_scrolls_back_stays_there(page: Page, speaker: Speaker) -> None:
    window = page.locator(".window")
    for number in range(30):
        await speaker.final(f"{number}. {LONG}")
    await expect(log(page).locator("p")).to_have_count(30)
    assert await window.evaluate("it => it.scrollHeight - it.scrollTop - it.clientHeight < 2")
    await window.evaluate("it => { it.scrollTop = 100; }")
    back = page.get_by_role("button", name="Jump to live")
    await expect(back).to_be_visible()
    await speaker.final("More.")
    await expect(log(page).locator("p")).to_have_count(31)
    assert await window.evaluate("it => it.scrollTop") == 100
    await back.click()
    await expect(back).to_be_hidden()
    await expect(log(page).locator("p").last).to_be_in_viewport()


async def test_settings_change_the_look_and_are_remembered(page: Page, speaker: Speaker) -> None:
    await speaker.final("Something.")
    words = log(page).locator("p")
    size = await words.evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_label("Size").fill("200")
    await page.get_by_label("Colours").select_option("Yellow on black")
    await page.get_by_label("Font").select_option("With serifs")
    await page.get_by_label("Spacing").select_option("Widest")
    await page.get_by_label("Lines").select_option("3 lines")
    await page.get_by_text("Top", exact=True).click()
    for _ in range(2):
        look = await words.evaluate("""it => {
          const style = getComputedStyle(it);
          return [parseFloat(style.fontSize), style.color, style.fontFamily.includes('Georgia'),
            parseFloat(style.lineHeight) / parseFloat(style.fontSize),
            parseFloat(style.letterSpacing) / parseFloat(style.fontSize)];
        }""")
        assert look[:3] == [2 * size, "rgb(255, 230, 0)", True]
        assert look[3:] == [pytest.approx(1.9, abs=0.01), pytest.approx(0.12, abs=0.01)]
        box = await page.locator(".window").bounding_box()
        assert box is not None and box["y"] < 100 and box["height"] < 3.1 * 1.9 * 2 * size
        await page.reload()
        await joined(page)
        await expect(words).to_have_text("Something.")
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("button", name="Reset").click()
    assert await words.evaluate("it => getComputedStyle(it).color") == "rgb(255, 255, 255)"


async def test_colours_that_cannot_be_read_are_told(page: Page) -> None:
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_label("Words", exact=True).fill("#333333")
    await expect(page.locator("#contrast")).to_contain_text("hard to tell apart: 1.7 to 1")
    await expect(page.get_by_label("Colours")).to_have_value("")
    await page.get_by_label("Colours").select_option("Black on white")
    await expect(page.locator("#contrast")).to_have_text("")


async def test_everything_goes_by_keys(page: Page, speaker: Speaker) -> None:
    await speaker.final("Something.")
    await page.keyboard.press("Space")
    await expect(page.locator("#state")).to_have_text("Paused")
    await page.keyboard.press("p")
    await expect(page.locator("#state")).to_have_text("Live")
    await page.keyboard.press("+")
    await page.keyboard.press("l")
    await page.keyboard.press("r")
    await expect(log(page)).to_have_attribute("aria-live", "polite")
    await page.keyboard.press("?")
    panel = page.get_by_role("complementary", name="Settings")
    await expect(panel).to_be_focused()
    await expect(page.get_by_label("Size")).to_have_value("125")
    await expect(page.get_by_label("Lines")).to_have_value("2")
    await page.get_by_text("Keys", exact=True).click()
    assert await panel.locator("kbd").count() >= 12
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(page.get_by_role("button", name="Settings")).to_be_focused()


async def test_single_keys_can_be_switched_off(page: Page) -> None:
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_label("Single keys are shortcuts").uncheck()
    await page.keyboard.press("Escape")
    await page.locator("body").press("+")
    await page.get_by_role("button", name="Settings").click()
    await expect(page.get_by_label("Size")).to_have_value("100")


async def test_braille_gets_whole_sentences_and_nothing_scrolls(
    opens: Opens, speaker: Speaker
) -> None:
    page = await joined(await opens("/captions/hall", viewport={"width": 700, "height": 300}))
    await page.keyboard.press("b")
    await speaker.partial("It is", " said")
    await speaker.final("It is said that")
    await speaker.final("all is well. The rest is")
    await expect(log(page).locator("p")).to_have_text(["It is said that all is well."])
    await expect(page.locator("[aria-hidden=true] > p")).to_be_hidden()
    for number in range(20):
        await speaker.final(f"{LONG} {number}.")
    await expect(log(page).locator("p")).to_have_count(41)
    assert await page.locator("#place").evaluate("it => it.scrollTop") == 0
    assert await page.locator("#place").evaluate("it => it.scrollHeight > it.clientHeight")
    assert await axe(page) == []
    await speaker.end()
    await expect(log(page).locator("p").last).to_have_text("19.")


async def test_an_overlay_is_two_lines_and_otherwise_nothing(
    opens: Opens, speaker: Speaker
) -> None:
    page = await joined(await opens("/captions/hall?overlay&fade=0", color_scheme="dark"))
    await speaker.final(f"{LONG} {LONG}")
    await speaker.partial("And", " now")
    await expect(page.locator("[aria-hidden=true] > p")).to_have_text("And now")
    assert await page.locator("button:visible, header:visible, h1:visible").count() == 0
    box = await page.locator(".window").bounding_box()
    line = await page.locator(".window").evaluate(
        "it => parseFloat(getComputedStyle(it).lineHeight)"
    )
    assert box is not None and 2 * line < box["height"] < 3 * line
    assert box["y"] > 360  # the lower half
    await expect(page.locator(".window")).to_have_css("opacity", "1")  # faded in
    corner, behind = await pixels(page, (5, 5), (box["x"] + box["width"] - 4, box["y"] + 12))
    assert corner[3] == 0
    assert behind[:3] == [0, 0, 0] and behind[3] == pytest.approx(0.8 * 255, abs=2)


async def test_an_overlay_looks_as_its_address_says_and_fades(
    opens: Opens, speaker: Speaker
) -> None:
    look = "size=150&color=ffe600&lines=3&position=top&opacity=100&fade=1"
    page = await opens(f"/captions/hall?overlay&{look}")
    window = page.locator(".window")
    await expect(page.locator("#stage")).to_have_attribute("data-silent", "")
    await speaker.final("Something.")
    await expect(log(page).locator("p")).to_have_css("color", "rgb(255, 230, 0)")
    await expect(window).to_have_css("opacity", "1")
    box = await window.bounding_box()
    assert box is not None and box["y"] < 100
    await expect(window).to_have_css("opacity", "0")
    await speaker.final("More.")
    await expect(window).to_have_css("opacity", "1")
    assert await page.evaluate("localStorage.length") == 0


async def test_a_page_of_another_site_shows_captions(
    server: Running, opens: Opens, speaker: Speaker
) -> None:
    html = f"""<!doctype html><html lang="en"><title>Elsewhere</title>
      <script type="module" src="{server.url}/browser/captions.js"></script>
      <caption-flow src="{server.url}/captions/hall" lines="2"></caption-flow>"""
    await speaker.final("Good morning.")
    async with site(html) as elsewhere:
        page = await opens(elsewhere)
        await expect(page.get_by_role("log")).to_have_text("Good morning.")
        await speaker.final("Everybody.")
        await expect(page.get_by_role("log").locator("p")).to_have_count(2)


async def test_the_page_may_be_part_of_another(
    server: Running, opens: Opens, speaker: Speaker
) -> None:
    html = f"""<!doctype html><html lang="en"><title>Elsewhere</title>
      <iframe title="Captions" src="{server.url}/captions/hall"></iframe>"""
    await speaker.final("Good morning.")
    async with site(html) as elsewhere:
        page = await opens(elsewhere)
        await expect(page.frame_locator("iframe").get_by_role("log")).to_have_text("Good morning.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "?lines=2&position=top", "?overlay&fade=0"])
async def test_everybody_can_use_it_while_somebody_speaks(
    opens: Opens, speaker: Speaker, scheme: str, query: str
) -> None:
    page = await joined(await opens(f"/captions/hall{query}", color_scheme=scheme, viewport=PHONE))
    await speaker.final(LONG)
    await speaker.partial("What is", " said now")
    await expect(page.locator("[aria-hidden=true] > p")).to_have_text("What is said now")
    await expect(page.locator(".window")).to_have_css("opacity", "1")  # an overlay fades in
    if "overlay" not in query:
        await page.locator("#settings-open").click()
        await page.get_by_text("Keys", exact=True).click()
    assert await axe(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_a_name_is_shown_as_it_is_written(opens: Opens, server: Running) -> None:
    page = await joined(await opens("/captions/Saal%20%C3%9C%3Cb%3E"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Saal Ü<b>")
    await Speaker(server, "Saal Ü<b>").final("Guten Tag.")
    await expect(log(page)).to_have_text("Guten Tag.")


async def pixels(page: Page, *places: tuple[float, float]) -> list[list[int]]:
    """Red, green, blue and alpha of a picture of the page on nothing."""
    picture = await page.screenshot(omit_background=True)
    found: list[list[int]] = await page.evaluate(
        """async ([picture, places]) => {
          const bytes = Uint8Array.from(picture);
          const image = await createImageBitmap(new Blob([bytes], {type: 'image/png'}),
            {premultiplyAlpha: 'none'});
          const canvas = new OffscreenCanvas(image.width, image.height);
          const context = canvas.getContext('2d');
          context.drawImage(image, 0, 0);
          return places.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]);
        }""",
        [list(picture), [list(place) for place in places]],
    )
    return found


@asynccontextmanager
async def site(html: str) -> AsyncIterator[str]:
    """A server of one page, at an address of its own."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(html.encode())}\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"{head}Connection: close\r\n\r\n{html}".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
