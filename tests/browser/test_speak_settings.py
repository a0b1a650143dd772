"""What a speaker may choose: the source, the language, the room; kept for the next time."""

import io
import re
from pathlib import Path

import pytest
import soundfile
from playwright.async_api import expect

from inference.types import SAMPLE_RATE
from tests.browser.conftest import Opens
from tests.browser.microphone import Microphone
from tests.browser.talking import (
    TALK,
    choose,
    heard,
    numbers,
    opened,
    phase,
    says,
    start,
    stop,
    words,
)
from tests.browser.watch import Watch
from tests.fakes import drawn
from tests.server.shared import Running


async def test_a_file_is_heard_to_its_end(server: Running, opens: Opens, tmp_path: Path) -> None:
    page = await opens("/")
    await page.locator("#file").set_input_files(wav(tmp_path / "talk.wav", "...." + "#" * 21 + "."))
    await expect(page.locator("#file-label")).to_have_text("talk.wav")
    await expect(page.get_by_role("radio", name="File")).to_be_checked()
    await page.locator("#go").click()
    await phase(page, "over")
    session = await opened(page)
    record = await server.over(session)
    assert record["duration"] == pytest.approx(2.6, abs=0.1)
    assert await words(page) == await heard(server, session)


async def test_the_sound_of_a_tab(server: Running, opens: Opens, watch: Watch) -> None:
    """Of this page itself, which plays a tone: its title is what the browser was told to share."""
    watch.allow("camera is not allowed")  # said of every picture; the policy allows this one
    page = await opens("/")
    await page.evaluate(
        """() => {
          const context = new AudioContext();
          const tone = new OscillatorNode(context, { frequency: 220 });
          tone.connect(new GainNode(context, { gain: 0.5 })).connect(context.destination);
          tone.start();
        }"""
    )
    await choose(page, source="tab")
    await start(page)
    await says(page, r"(w\d+ ?){6}")
    session = await stop(page)
    assert (await server.over(session))["state"] == "ready"
    said = numbers(await words(page))
    assert said == sorted(set(said))  # a busy browser may play the tone with holes


async def test_a_dropped_file_is_the_source(opens: Opens) -> None:
    page = await opens("/")
    await page.evaluate(
        """() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(['x'], 'dropped.ogg'));
          for (const type of ['dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true }));
        }"""
    )
    await expect(page.locator("#file-label")).to_have_text("dropped.ogg")
    await expect(page.get_by_role("radio", name="File")).to_be_checked()


async def test_settings_are_remembered(opens: Opens) -> None:
    page = await opens("/")
    await choose(page, language="de", hotwords="Ada, Bob", task="translate", transport="webrtc")
    await page.get_by_label("Name of the room").fill("Hall 2 / east")
    await page.keyboard.press("Tab")
    await page.reload()
    await expect(page.locator("#language")).to_have_value("de")
    await expect(page.locator("#hotwords")).to_have_value("Ada, Bob")
    await expect(page.get_by_label("Name of the room")).to_have_value("Hall-2-east")
    await expect(page.locator("[name=task][value=translate]")).to_be_checked()
    await expect(page.locator("[name=transport][value=webrtc]")).to_be_checked()


async def test_a_room_has_addresses_to_give_away(
    server: Running, opens: Opens, microphone: Microphone
) -> None:
    microphone.says(drawn(TALK))
    page = await opens("/", permissions=["clipboard-read", "clipboard-write"])
    await expect(page.locator("#links")).to_be_hidden()
    await choose(page, room="hall")
    await expect(page.locator("#whip")).to_have_text(f"{server.url}/whip/hall")
    for name in ("viewer", "overlay"):
        await page.locator(f"[data-copy={name}]").click()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == await page.locator(f"#{name}").get_attribute("href")
    assert copied == f"{server.url}/captions/hall?overlay"
    await start(page)
    await expect(page.locator("#viewer")).to_be_visible()
    await expect(page.locator("#whip")).to_be_hidden()
    await says(page, r"(w\d+ ?){9}")
    answer = await server.get("/captions/hall.vtt")
    assert answer.status_code == 200
    session = await stop(page)
    assert (await server.session(session))["room"] == "hall"


async def test_what_was_wished_for_is_asked_of_the_server(
    server: Running, opens: Opens, microphone: Microphone
) -> None:
    microphone.says(drawn(TALK))
    page = await opens("/")
    await choose(page, language="de", hotwords="Ada, Bob", task="translate")
    await start(page)
    await expect(page.locator("#summary")).to_have_text(re.compile("German.*English.*base.*Web"))
    await stop(page)
    options = server.model.windows[-1].options
    assert (options.language, options.task) == ("de", "translate")
    assert options.hotwords == ("Ada", "Bob")


async def test_too_many_words_to_listen_for_are_refused_at_once(opens: Opens) -> None:
    page = await opens("/")
    await choose(page, hotwords="x" * 70)
    await page.locator("#go").click()
    await expect(page.locator("#hotwords")).to_be_focused()
    await expect(page.locator("#hotwords-wrong")).to_have_text(re.compile("longer than 64"))
    await phase(page, "idle")


def wav(path: Path, picture: str) -> Path:
    body = io.BytesIO()
    soundfile.write(body, drawn(picture), SAMPLE_RATE, subtype="PCM_16", format="WAV")
    path.write_bytes(body.getvalue())
    return path
