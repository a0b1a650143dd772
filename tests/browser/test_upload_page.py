"""The page that brings files to the server, with what may go wrong on the way."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.checks import axe
from tests.browser.conftest import Opens
from tests.browser.sessions import SAID, scene
from tests.browser.watch import Watch
from tests.clients.proxy import between
from tests.server.shared import Running, until
from tests.server.uploads.shared import stored, wav

SLOW = 200_000  # bytes a second


def file(name: str = "talk.wav", data: bytes | None = None, kind: str = "audio/wav") -> Any:
    sound = wav(scene()[0]) if data is None else data
    return {"name": name, "mimeType": kind, "buffer": sound}


async def choose(page: Page, *files: Any) -> None:
    await page.get_by_label("Drop recordings here").set_input_files(list(files))


def item(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=name)


async def slowly(page: Page) -> None:
    """Hardly anything goes up from now on."""
    session = await page.context.new_cdp_session(page)
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW}
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", limits)


async def sessions(server: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await server.get("/v1/sessions")).json()["sessions"]
    return found


async def test_a_file_becomes_a_transcript(server: Running, opens: Opens) -> None:
    _, server.model.script = scene()
    page = await opens("/upload")
    await page.get_by_label("Language").select_option(label="English")
    await page.get_by_label("In English").check()
    await page.get_by_label("Words to listen for").fill("Ada, April")
    server.model.hold()
    await choose(page, file("talk.wav"))
    row = item(page, "talk.wav")
    await expect(row).to_contain_text("Transcribing")
    await expect(row.get_by_role("progressbar")).to_be_visible()
    assert await axe(page) == []
    server.model.release()
    await expect(row).to_contain_text("The transcript is ready.")
    await expect(page.get_by_role("status")).to_have_text("1 file, all done")
    [record] = await sessions(server)
    options = record["options"]
    assert (record["filename"], record["language"]) == ("talk.wav", "en")
    assert (options["task"], options["hotwords"]) == ("translate", ["Ada", "April"])
    await row.get_by_role("link", name="Open").click()
    await page.wait_for_url(f"**/sessions/{record['id']}")
    await expect(page.locator(".segments")).to_contain_text(SAID[-1])


async def test_the_file_is_shown_on_its_way(server: Running, opens: Opens) -> None:
    page = await opens("/upload")
    await slowly(page)
    await choose(page, file("long.wav", wav("#" * 300)))
    row = item(page, "long.wav")
    await expect(row).to_contain_text(re.compile(r"Sending · [1-9]\d? % of 960 kB"))
    share = await row.get_by_role("progressbar").get_attribute("value")
    assert share is not None and 0 < float(share) < 1
    await row.get_by_role("button", name="Cancel").click()
    await expect(row).to_contain_text("Cancelled.")

    async def forgotten() -> bool:
        return await sessions(server) == [] and await stored(server) == []

    await until(forgotten)
    await row.get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("listitem")).to_have_count(0)
    await expect(page.get_by_role("heading", name="Files")).to_be_hidden()


async def test_a_job_is_cancelled_and_begun_again(server: Running, opens: Opens) -> None:
    server.model.hold()
    page = await opens("/upload")
    await choose(page, file())
    row = item(page, "talk.wav")
    await expect(row).to_contain_text("Transcribing")
    await row.get_by_role("button", name="Cancel").click()
    await expect(row).to_contain_text("Cancelled.")
    [record] = await sessions(server)
    assert (record["state"], record["error"]) == ("failed", "cancelled")
    server.model.release()
    await row.get_by_role("button", name="Try again").click()
    await expect(row).to_contain_text("The transcript is ready.")
    assert [each["state"] for each in await sessions(server)] == ["ready", "failed"]


@pytest.mark.parametrize(
    ("given", "sentence", "reason"),
    [
        (
            file("notes.txt", b"no audio at all" * 99, "text/plain"),
            "No audio could be read",
            "text",
        ),
        (file("empty.wav", b""), "This file is empty.", ""),
        (file("cut.wav", wav()[:30]), "No audio could be read", "Not"),
    ],
    ids=["text", "empty", "cut"],
)
async def test_a_file_that_is_no_recording(
    server: Running, opens: Opens, watch: Watch, given: Any, sentence: str, reason: str
) -> None:
    watch.allow("status of 422")
    page = await opens("/upload")
    await choose(page, given)
    row = item(page, given["name"])
    await expect(row).to_contain_text(sentence)
    await expect(row).to_contain_text(reason)
    await expect(row.get_by_role("button", name="Try again")).to_be_hidden()
    assert await axe(page) == []
    await until(lambda: _nothing(server))


async def _nothing(server: Running) -> bool:
    return await sessions(server) == []


async def test_several_files_each_go_their_own_way(
    server: Running, opens: Opens, watch: Watch
) -> None:
    watch.allow("status of 422")
    page = await opens("/upload")
    await choose(page, file("1.wav"), file("2.txt", b"x" * 99), file("3.wav"), file("4.wav"))
    await expect(page.get_by_role("status")).to_have_text("4 files, all done")
    for name in ("1.wav", "3.wav", "4.wav"):
        await expect(item(page, name)).to_contain_text("The transcript is ready.")
    await expect(item(page, "2.txt")).to_contain_text("No audio could be read")
    assert {each["filename"] for each in await sessions(server)} == {"1.wav", "3.wav", "4.wav"}


async def test_a_file_is_dropped(server: Running, opens: Opens) -> None:
    page = await opens("/upload")
    sound = wav(scene()[0]).hex()
    data = await page.evaluate_handle(
        """(hex) => {
          const bytes = Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
          const data = new DataTransfer();
          data.items.add(new File([bytes], 'dropped.wav', { type: 'audio/wav' }));
          return data;
        }""",
        sound,
    )
    await page.dispatch_event("#drop", "dragover", {"dataTransfer": data})
    await expect(page.locator("#drop")).to_have_attribute("data-over", "")
    await page.dispatch_event("#drop", "drop", {"dataTransfer": data})
    await expect(page.locator("#drop")).not_to_have_attribute("data-over", "")
    await expect(item(page, "dropped.wav")).to_contain_text("The transcript is ready.")


async def test_a_server_that_is_away_is_waited_for(
    server: Running, opens: Opens, watch: Watch
) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page = await opens("/upload")
    await page.context.set_offline(True)
    await choose(page, file())
    await expect(item(page, "talk.wav")).to_contain_text("Asking the server")
    await page.context.set_offline(False)
    await expect(item(page, "talk.wav")).to_contain_text("The transcript is ready.")


async def test_a_connection_that_is_lost_on_the_way(
    server: Running, opens: Opens, watch: Watch
) -> None:
    watch.allow("ERR_(CONNECTION|EMPTY_RESPONSE|SOCKET)")
    async with between(server.url) as proxy:
        page = await opens(f"{proxy.url}/upload")
        proxy.delay = 0.05
        await choose(page, file("long.wav", wav("#" * 300)))
        row = item(page, "long.wav")
        await expect(row).to_contain_text("Sending")
        there, proxy.port = proxy.port, 9  # where nobody listens
        proxy.cut()
        await expect(row).to_contain_text("The server does not answer.")
        proxy.port, proxy.delay = there, 0.0
        await row.get_by_role("button", name="Try again").click()
        await expect(row).to_contain_text("The transcript is ready.")


async def test_too_many_words_are_refused_at_once(server: Running, opens: Opens) -> None:
    page = await opens("/upload")
    words = page.get_by_label("Words to listen for")
    await words.fill("a," * 101)
    await choose(page, file())
    await expect(words).to_be_focused()
    await expect(page.get_by_text("These are 101 words; 100 are the most.")).to_be_visible()
    assert await words.get_attribute("aria-invalid") == "true" and await axe(page) == []
    await expect(page.get_by_role("listitem")).to_have_count(0)
    await words.fill("a")
    await words.press("Enter")
    await choose(page, file())
    await expect(item(page, "talk.wav")).to_contain_text("The transcript is ready.")


async def test_a_strangers_name_is_only_text(server: Running, opens: Opens) -> None:
    page = await opens("/upload")
    name = "<img src=x onerror=alert(1)>.wav"
    await choose(page, file(name))
    await expect(item(page, name)).to_contain_text("The transcript is ready.")
    assert await page.locator("main img").count() == 0
    assert (await sessions(server))[0]["filename"] == name


async def test_who_leaves_is_asked_while_a_file_is_on_its_way(
    server: Running, opens: Opens
) -> None:
    page = await opens("/upload")
    await slowly(page)
    await choose(page, file("long.wav", wav("#" * 300)))
    await expect(item(page, "long.wav")).to_contain_text("Sending")
    asked: list[str] = []

    async def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.close(run_before_unload=True)
    await until(lambda: asked == ["beforeunload"])
    await item(page, "long.wav").get_by_role("button", name="Cancel").click()
    await expect(item(page, "long.wav")).to_contain_text("Cancelled.")


async def test_the_keyboard_reaches_all_of_it(server: Running, opens: Opens) -> None:
    page = await opens("/upload")
    await page.get_by_label("Drop recordings here").focus()
    async with page.expect_file_chooser() as choosing:
        await page.keyboard.press("Space")
    chooser = await choosing.value
    assert chooser.is_multiple()
    await chooser.set_files([file()])
    await expect(item(page, "talk.wav")).to_contain_text("The transcript is ready.")
    reached = []
    for _ in range(6):
        await page.keyboard.press("Tab")
        reached.append(
            await page.evaluate("document.activeElement.ariaLabel || document.activeElement.id")
        )
    first = reached.index("Open the session of talk.wav")
    assert reached[first + 1] == "Remove: talk.wav"
