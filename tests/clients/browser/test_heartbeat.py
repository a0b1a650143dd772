"""Whether a connection lives: told what was heard and when it was looked at."""

from typing import Any

from tests.clients.browser.shared import Runs

TOLD = """
const beat = new module.Heartbeat(0);
return given.map(([what, ...how]) => beat[what](...how) ?? null).concat(beat.roundTrip);
"""


async def told(runs: Runs, *steps: list[Any]) -> list[Any]:
    return list(await runs("heartbeat.js", TOLD, list(steps)))


async def test_it_asks_every_two_seconds(runs: Runs) -> None:
    looks = [["look", at / 2] for at in range(1, 9)]
    asked = ["ask", None, None, None, "ask", None, None, None]
    assert await told(runs, ["hear", 0.1], *looks[:7], ["hear", 4], looks[7]) == [
        None,
        *asked[:7],
        None,
        None,
        None,
    ]


async def test_silence_for_five_seconds_is_the_end(runs: Runs) -> None:
    looks = [["look", float(at)] for at in range(1, 8)]
    found = await told(runs, ["hear", 2.0], *looks)
    assert found[6:8] == [None, "dead"]
    assert "dead" not in found[:6]


async def test_any_word_is_a_sign_of_life(runs: Runs) -> None:
    steps = [step for at in range(1, 20) for step in (["hear", at], ["look", at + 0.9])]
    assert "dead" not in await told(runs, *steps)


async def test_a_page_that_was_frozen_listens_before_it_judges(runs: Runs) -> None:
    found = await told(runs, ["look", 1], ["look", 60], ["look", 62], ["look", 64], ["look", 65])
    assert found == ["ask", "ask", "ask", "ask", "dead", None]


async def test_a_network_that_has_changed_gets_two_seconds(runs: Runs) -> None:
    found = await told(runs, ["look", 1], ["doubt", 1.5], ["look", 3.4], ["look", 3.5])
    assert found == ["ask", "ask", None, "dead", None]
    alive = [["look", 1], ["doubt", 1.5], ["hear", 2], ["look", 4], ["look", 6.9], ["look", 7]]
    assert (await told(runs, *alive))[2:] == [None, "ask", "ask", "dead", None]


async def test_a_pong_tells_how_far_away_the_server_is(runs: Runs) -> None:
    assert (await told(runs, ["look", 1], ["hear", 1.25, 1]))[-1] == 250
