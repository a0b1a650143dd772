"""The page of one session: read, heard, corrected, taken away; and before it is ready."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from server.parts import OWNER
from storage.records import State
from tests.browser.checks import axe
from tests.browser.conftest import Opens
from tests.browser.sessions import (
    SAID,
    correct,
    expired,
    made,
    now,
    scene,
    segment,
    spoken,
    storage_of,
)
from tests.browser.watch import Watch
from tests.server.shared import Running, pcm, until
from tests.server.uploads.shared import wav

READY = re.compile("Ready")


async def opened(opens: Opens, id: str, **options: Any) -> Page:
    page = await opens(f"/sessions/{id}", **options)
    await expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
    return page


def said(page: Page, number: int) -> Locator:
    return page.locator(".segment").nth(number)


def button(place: Page | Locator, name: str) -> Locator:
    return place.get_by_role("button", name=name, exact=True)


async def time(page: Page) -> float:
    at: float = await page.locator("audio").evaluate("(audio) => audio.currentTime")
    return at


async def editing(page: Page, number: int, text: str) -> Locator:
    """The editor of a segment, with another text in it."""
    await said(page, number).hover()
    await said(page, number).get_by_role("button", name="Correct the segment").click()
    await said(page, number).get_by_label("Text").fill(text)
    return said(page, number)


MARKS = """() => {
  window.marks = [];
  const audio = document.querySelector('audio');
  new MutationObserver(() => {
    const marked = document.querySelector('.word.now');
    if (marked && window.marks.at(-1)?.[0] !== marked.textContent)
      window.marks.push([marked.textContent, audio.currentTime]);
  }).observe(document.getElementById('segments'), { subtree: true, attributeFilter: ['class'] });
}"""


async def marks(page: Page, last: str) -> list[tuple[str, float]]:
    """Words that were marked since MARKS was run, until this one, and when in the recording."""
    await page.wait_for_function("(last) => window.marks.at(-1)?.[0] === last", arg=last)
    return [(word, time) for word, time in await page.evaluate("window.marks")]


async def timed(server: Running, id: str) -> dict[str, tuple[float, float]]:
    """When each word was said."""
    segments = (await server.get(f"/v1/sessions/{id}/segments")).json()["segments"]
    return {it["text"]: (it["start"], it["end"]) for each in segments for it in each["words"]}


async def test_words_are_marked_as_they_are_heard(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    page = await opened(opens, id)
    await expect(page.get_by_role("status").filter(has_text=READY)).to_be_visible()
    assert await page.locator(".segment .text").all_inner_texts() == list(SAID)
    await page.evaluate(MARKS)
    await button(page, "Play").click()
    await expect(button(page, "Pause")).to_be_visible()
    seen, words = await marks(page, "April."), await timed(server, id)
    order = [list(words).index(word) for word, _ in seen]
    assert order == sorted(set(order)) and len(order) > len(words) / 2
    assert all(words[word][0] - 0.1 < time < words[word][1] + 0.5 for word, time in seen)
    await expect(button(page, "Play")).to_be_visible()


async def test_a_word_jumps_to_where_it_was_said(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    page = await opened(opens, id)
    words = await timed(server, id)
    for place, word in ((page.get_by_text("begin", exact=True), "begin"), (first(page), "Good")):
        await page.evaluate(MARKS)
        await place.click()
        seen = await marks(page, "April.")
        assert seen[0][0] == word
        assert words[word][0] - 0.1 < seen[0][1] < words[word][1] + 0.5


def first(page: Page) -> Locator:
    return said(page, 0).get_by_role("button", name="Play from 0:00")


async def test_the_keyboard_does_all_of_it(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    page = await opened(opens, id)
    await page.keyboard.press("ArrowRight")
    await until_time(page, 5.0)
    await page.get_by_label("Place in the recording").press("ArrowLeft")
    await until_time(page, 0.0)
    await page.keyboard.press("Space")
    await expect(button(page, "Pause")).to_be_visible()
    await page.keyboard.press("Space")
    await expect(button(page, "Play")).to_be_visible()
    await said(page, 0).get_by_role("button", name="Play from").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(said(page, 0).get_by_label("Text")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(said(page, 0).get_by_role("button", name="Correct")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type(" Welcome.")
    await page.keyboard.press("Control+Enter")
    await expect(said(page, 0).locator(".text")).to_have_text(f"{SAID[0]} Welcome.")
    assert (await segment(server, id, 0))["revision"] == 2


async def until_time(page: Page, seconds: float) -> None:
    async def there() -> bool:
        return abs(await time(page) - seconds) < 0.2

    await until(there)


async def test_a_correction_keeps_what_was_heard(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    page = await opened(opens, id)
    await editing(page, 1, "Ada has all the numbers.")
    await said(page, 1).get_by_label("Speaker").fill("Grace")
    await button(said(page, 1), "Save").click()
    await expect(said(page, 1).locator(".text")).to_have_text("Ada has all the numbers.")
    await expect(said(page, 1).locator(".speaker")).to_have_text("Grace")
    there = await segment(server, id, 1)
    assert (there["text"], there["speaker"]) == ("Ada has all the numbers.", "Grace")
    assert (there["original"], there["revision"]) == (SAID[1], 2)
    await said(page, 1).get_by_role("button", name="what the segment").click()
    await expect(said(page, 1).get_by_label("History")).to_contain_text(SAID[1])
    await expect(said(page, 1).get_by_label("History")).to_contain_text(f"by {OWNER}")
    await page.evaluate(MARKS)
    await page.get_by_text("numbers.", exact=True).click()
    assert (await marks(page, "April."))[0][0] == "numbers."
    await page.reload()
    await expect(said(page, 1).locator(".speaker")).to_have_text("Grace")


async def test_who_leaves_is_asked_while_something_is_not_saved(
    server: Running, opens: Opens
) -> None:
    page = await opened(opens, await spoken(server))
    await editing(page, 0, "Not saved.")
    asked: list[str] = []

    async def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.close(run_before_unload=True)
    await until(lambda: asked == ["beforeunload"])
    await expect(said(page, 0).get_by_label("Text")).to_have_value("Not saved.")


async def test_who_was_slower_sees_the_others_text(
    server: Running, opens: Opens, watch: Watch
) -> None:
    watch.allow("status of 412")
    id = await spoken(server)
    page = await opened(opens, id)
    await editing(page, 0, "Mine.")
    await correct(server, id, 0, 1, text="Theirs.", speaker="Bo")
    await button(said(page, 0), "Save").click()
    await expect(said(page, 0).get_by_role("alert")).to_contain_text("Bo: Theirs.")
    assert await axe(page) == []
    await button(said(page, 0), "Save mine").click()
    await expect(said(page, 0).locator(".text")).to_have_text("Mine.")
    there = await segment(server, id, 0)
    assert (there["text"], there["speaker"], there["revision"]) == ("Mine.", "Bo", 3)

    await editing(page, 0, "Mine again.")
    await correct(server, id, 0, 3, text="Theirs again.")
    await said(page, 0).get_by_label("Text").press("Control+Enter")
    await button(said(page, 0), "Take theirs").click()
    await expect(said(page, 0).locator(".text")).to_have_text("Theirs again.")
    assert (await segment(server, id, 0))["revision"] == 4


async def test_a_correction_that_comes_too_late_can_be_saved_all_the_same(
    server: Running, opens: Opens, watch: Watch
) -> None:
    watch.allow("status of 409")
    id = await spoken(server)
    page = await opened(opens, id)
    await editing(page, 0, "Late.")
    await expired(server, id)
    await button(said(page, 0), "Save").click()
    await expect(said(page, 0).get_by_role("alert")).to_contain_text("The time for corrections is")
    assert (await segment(server, id, 0))["text"] == SAID[0]
    await button(said(page, 0), "Restore and save").click()
    await expect(said(page, 0).locator(".text")).to_have_text("Late.")
    assert (await segment(server, id, 0))["text"] == "Late."
    assert (await server.session(id))["state"] == "ready"


async def test_a_locked_transcript_is_restored(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    await expired(server, id)
    page = await opened(opens, id)
    await expect(page.get_by_role("status").filter(has_text="Locked")).to_be_visible()
    await expect(page.get_by_role("button", name="Correct the")).to_have_count(0)
    assert await axe(page) == []
    await button(page, "Restore").click()
    await expect(page.get_by_text("Can be corrected for another")).to_be_visible()
    await expect(page.get_by_role("timer")).to_have_text(re.compile(r"4[45]:\d\d"))
    await editing(page, 0, "After all.")
    await button(said(page, 0), "Save").click()
    await expect(said(page, 0).locator(".text")).to_have_text("After all.")


async def test_the_window_closes_before_the_readers_eyes(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    sessions = storage_of(server).sessions
    await sessions.update(OWNER, id, expires_at=now() + timedelta(seconds=200))
    page = await opened(opens, id)
    await expect(button(page, "Extend")).to_be_visible()
    await sessions.update(OWNER, id, expires_at=now() + timedelta(seconds=2))
    await page.reload()
    await expect(page.get_by_text("Can be corrected for another")).to_be_visible()
    await expect(page.get_by_text("Locked: no more corrections.")).to_be_visible()
    await expect(page.get_by_role("button", name="Correct the")).to_have_count(0)


@pytest.mark.parametrize("kind", ["txt", "srt", "vtt", "json"])
async def test_an_export_is_saved(server: Running, opens: Opens, kind: str) -> None:
    id = await spoken(server)
    await correct(server, id, 0, 1, text="Corrected.")
    page = await opened(opens, id)
    async with page.expect_download() as saving:
        await page.get_by_role("link", name=kind.upper(), exact=True).click()
    saved = await saving.value
    text = Path(await saved.path()).read_text()
    assert text == (await server.get(f"/v1/sessions/{id}/exports/{kind}")).text
    assert saved.suggested_filename == f"Live session.{kind}" and "Corrected." in text


async def test_a_file_is_downloaded_and_a_link_works_once(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    page = await opened(opens, id)
    async with page.expect_download() as saving:
        await button(page, "Download recording").click()
    saved = Path(await (await saving.value).path()).read_bytes()
    assert saved == (await server.get(f"/v1/sessions/{id}/recording")).content
    await button(page, "Link to transcript.srt").click()
    link = page.get_by_label(re.compile("Anybody can fetch transcript.srt here once"))
    url = await link.input_value()
    assert [(await server.get(url)).status_code for _ in "ab"] == [200, 404]


async def test_a_session_is_held_and_let_go(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    page = await opened(opens, id)
    await expect(page.get_by_role("definition").first).to_contain_text("until ")
    hold = page.get_by_role("switch", name="Keep everything")
    await hold.check()
    await expect(page.get_by_role("definition").first).to_have_text("as long as you like")
    assert (await server.session(id))["retention"]["hold"] is True
    await hold.uncheck()
    await expect(page.get_by_role("definition").first).to_contain_text("until ")
    assert (await server.session(id))["retention"]["hold"] is False


async def test_a_session_is_deleted_by_who_means_it(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    page = await opened(opens, id)
    dialog = page.get_by_role("dialog", name="Delete this session?")
    ask = button(page, "Delete this session…")
    await ask.click()
    await expect(button(dialog, "Keep it")).to_be_focused()
    assert await axe(page) == []
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await ask.click()
    await button(dialog, "Keep it").click()
    await expect(dialog).to_be_hidden()
    assert (await server.session(id))["state"] == "ready"
    await ask.click()
    await button(dialog, "Delete it").click()
    await page.wait_for_url("**/sessions")
    await expect(page.get_by_text("No sessions yet")).to_be_visible()
    assert (await server.get(f"/v1/sessions/{id}")).status_code == 404


async def test_a_session_is_followed_while_it_is_live(server: Running, opens: Opens) -> None:
    picture, server.model.script = scene()
    audio = pcm(picture)
    half = len(pcm(picture[: picture.index("#.") + 20]))
    async with server.connect() as live:
        page = await opened(opens, live.welcome.session)
        await expect(page.get_by_text("Captions appear here")).to_be_visible()
        await live.send(audio[:half])
        await expect(page.locator(".segment .text")).to_have_text([SAID[0]])
        await expect(page.locator("#tail")).to_contain_text("Ada")
        assert await axe(page) == []
        await live.send(audio[half:])
        await live.end()
        async for _ in live:
            pass
    await expect(page.locator(".segment .text")).to_have_text(list(SAID))
    await expect(page.get_by_role("status").filter(has_text=READY)).to_be_visible()
    await expect(page.locator("#tail")).to_be_hidden()
    await page.evaluate(MARKS)
    await page.get_by_text("numbers.", exact=True).click()
    assert (await marks(page, "April."))[0][0] == "numbers."


async def test_a_session_is_transcribed_again(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    page = await opened(opens, id)
    _, server.model.script = scene(("Guten Morgen, alle.",))
    server.model.hold()
    await button(page, "Transcribe again…").click()
    dialog = page.get_by_role("dialog", name="Transcribe again")
    await dialog.get_by_label("Language").select_option(label="German")
    assert await axe(page) == []
    await button(dialog, "Transcribe again").click()
    await expect(page.locator("#message-text")).to_contain_text("Again: ")
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await expect(page.locator(".segment .text")).to_have_text(list(SAID))
    server.model.release()
    await expect(page.locator(".segment .text")).to_have_text(["Guten Morgen, alle."])
    await expect(page.locator("#message")).to_be_hidden()
    assert (await server.session(id))["language"] == "de"


async def test_what_cannot_be_done_is_said(server: Running, opens: Opens, watch: Watch) -> None:
    watch.allow("status of 422")
    page = await opened(opens, await spoken(server))
    await button(page, "Transcribe again…").click()
    dialog = page.get_by_role("dialog", name="Transcribe again")
    await dialog.get_by_label("Model").fill("huge")
    await button(dialog, "Transcribe again").click()
    await expect(page.locator(".toast")).to_contain_text("'huge' is not here")


async def test_a_recording_that_is_not_kept_any_more(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    await storage_of(server).sweep.forget_recordings([id])
    page = await opened(opens, id)
    await expect(page.get_by_text("The recording is not kept any more.")).to_be_visible()
    await expect(page.get_by_label("Place in the recording")).to_be_hidden()
    await page.get_by_text("morning,", exact=True).click()
    await expect(page.locator(".segment .text")).to_have_text(list(SAID))
    await expect(button(page, "Transcribe again…")).to_be_hidden()


async def test_a_session_without_a_word(server: Running, opens: Opens) -> None:
    async with server.connect() as live:
        await live.end()
        async for _ in live:
            pass
    await server.over(live.welcome.session)
    page = await opened(opens, live.welcome.session)
    await expect(page.get_by_text("Nothing was said.")).to_be_visible()
    await expect(page.get_by_text("Nothing was recorded.")).to_be_visible()


async def test_what_is_left_of_a_session_that_was_kept_long_enough(
    server: Running, opens: Opens
) -> None:
    page = await opened(opens, await made(server, "gone", state=State.PURGED))
    await expect(page.get_by_text("kept as long as it was to be")).to_be_visible()
    await expect(page.get_by_role("heading", name="Transcript")).to_be_hidden()
    assert await axe(page) == []


@pytest.mark.parametrize("id", ["nobody", "no%20body", "%00"])
async def test_no_such_session(opens: Opens, watch: Watch, id: str) -> None:
    watch.allow("status of 404")
    page = await opens(f"/sessions/{id}")
    await expect(page.get_by_role("heading", name="No such session")).to_be_visible()
    await expect(page.get_by_role("link", name="All sessions")).to_be_visible()


async def test_strangers_words_are_only_text(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    evil = "<img src=x onerror=\"document.title='broken'\"> & </p>"
    await correct(server, id, 0, 1, text=evil, speaker="<b>Eve</b>")
    page = await opened(opens, id)
    await expect(said(page, 0).locator(".text")).to_have_text(evil)
    await expect(said(page, 0).locator(".speaker")).to_have_text("<b>Eve</b>")
    assert await page.locator("img:not(.brand img), .speaker b").count() == 0


async def waiting_upload(server: Running) -> dict[str, Any]:
    """An upload whose job waits for the model, which is held."""
    server.model.hold()
    file = ("<i>talk<b>.wav", wav(scene()[0]), "audio/wav")
    answer = await server.http.post("/v1/jobs", files={"file": file})
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_an_upload_is_followed_to_its_transcript(server: Running, opens: Opens) -> None:
    _, server.model.script = scene()
    told = await waiting_upload(server)
    page = await opened(opens, told["session_id"])
    await expect(page.get_by_role("heading", level=1)).to_have_text("<i>talk<b>.wav")
    await expect(page.locator("#message-text")).to_contain_text("Transcribing")
    await expect(page.get_by_role("progressbar")).to_be_visible()
    assert await axe(page) == []
    server.model.release()
    await expect(page.locator(".segments")).to_contain_text(SAID[-1])
    await expect(page.locator("#message")).to_be_hidden()
    await page.evaluate(MARKS)
    await page.get_by_text("begin", exact=True).click()
    assert (await marks(page, "April."))[0][0] == "begin"


async def test_an_upload_is_cancelled(server: Running, opens: Opens) -> None:
    told = await waiting_upload(server)
    page = await opened(opens, told["session_id"])
    await button(page, "Cancel").click()
    await expect(page.locator("#message-text")).to_contain_text("This was cancelled.")
    await expect(page.get_by_role("status").filter(has_text="Cancelled")).to_be_visible()
    await expect(button(page, "Try again")).to_be_hidden()
    assert (await server.get(f"/v1/jobs/{told['job_id']}")).json()["status"] == "cancelled"


async def test_a_file_that_has_not_come(server: Running, opens: Opens) -> None:
    until_then = now() + timedelta(hours=1)
    facts = {"kind": "upload", "filename": "late.wav", "expires_at": until_then}
    page = await opened(opens, await made(server, "late", state=State.AWAITING_UPLOAD, **facts))
    await expect(
        page.get_by_text("The file has not arrived yet. It may come until")
    ).to_be_visible()
    await expect(button(page, "Delete this session…")).to_be_visible()


async def test_a_server_that_is_away_for_a_moment(
    server: Running, opens: Opens, watch: Watch
) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED")
    async with server.connect() as live:
        page = await opened(opens, live.welcome.session)
        await page.context.set_offline(True)
        await expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
        await page.context.set_offline(False)
        await expect(page.get_by_role("alert")).to_be_hidden()


async def test_one_that_is_deleted_meanwhile(server: Running, opens: Opens, watch: Watch) -> None:
    watch.allow("status of 404")
    async with server.connect() as live:
        page = await opened(opens, live.welcome.session)
        await server.http.delete(f"/v1/sessions/{live.welcome.session}")
    await expect(page.get_by_role("heading", name="No such session")).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text("or it was deleted")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_page_with_an_editor_is_accessible(
    server: Running, opens: Opens, scheme: str
) -> None:
    id = await spoken(server)
    await correct(server, id, 1, 1, text="Corrected.", speaker="Grace")
    page = await opened(opens, id, color_scheme=scheme)
    await editing(page, 0, "Other")
    await said(page, 1).get_by_role("button", name="what the segment").click()
    await said(page, 2).get_by_role("button", name="Play from").click()
    await expect(page.locator(".word.now")).to_be_visible()
    assert await axe(page) == []
