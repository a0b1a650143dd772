"""A visit to the real page, and what its witness has seen."""

import numpy as np
import pytest

from benchmarks.chaos import talk
from benchmarks.page import account
from benchmarks.page import visit as module
from benchmarks.page.place import find, sound
from benchmarks.page.stored import stored
from benchmarks.page.visit import Stuck, visit
from benchmarks.speech.corpus import RATE

SAID = talk.make("visit", 3.0, flushing=False)


@pytest.mark.slow
async def test_what_is_said_is_read_and_stored(browser, microphone, url):
    microphone.plays(SAID.samples)
    async with visit(browser, url, places=True, sound=True) as one:
        await one.start()
        await one.heard(len(SAID.samples) / RATE + 1.5)
        await one.stop()
        seen = await one.seen()
    witness = seen.witness
    assert seen.broken == () and witness.moved == ()
    assert account.finals(seen) == SAID.texts
    assert witness.opened < witness.ready < witness.granted < witness.frames[0][0]
    assert 0 <= seen.at(witness.frames[0][0]) - seen.at(witness.opened) < 60
    assert any(not final and committed for _, _, final, committed, _ in witness.shown)
    found = await stored(url, account.session(seen))
    assert (account.sent(seen) == found.samples).all()
    assert find(sound(SAID.samples), found.sound).sure > 0.5
    assert found.text.split() == " ".join(SAID.texts).split()


@pytest.mark.slow
async def test_the_button_is_pressed_as_soon_as_there_is_one(browser, url):
    async with visit(browser, url, press=True) as one:
        await one.streams()
        seen = await one.seen()
    assert seen.broken == ()
    assert len(seen.witness.captured) > 0 and len(seen.witness.beginning) > 0
    assert seen.witness.sound == ()
    assert np.abs(seen.witness.beginning).max() < 0.01


@pytest.mark.slow
async def test_a_page_that_does_not_come_to_it(browser, url, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 500)
    with pytest.raises(Stuck, match="the first sound|Timeout"):
        async with visit(browser, url) as one:
            await one.streams()


@pytest.mark.slow
async def test_a_server_that_is_not_there(browser):
    with pytest.raises(Stuck):
        async with visit(browser, "http://127.0.0.1:9"):
            raise AssertionError("there is no page")
