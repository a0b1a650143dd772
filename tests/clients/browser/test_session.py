"""What a session says to one server after the other: told what happened, no network."""

from typing import Any

from tests.clients.browser.shared import Runs

SCRIPT = """
const hello = { type: 'hello', audio: { rate: 16000 }, options: { words: true } };
const session = new module.Session(hello, { patience: 60, keep: 2 }, () => 1);
const { ConnectionFailed } = await import('/browser/failure.js');
const did = {
  keep: (samples) => session.keep(new Int16Array(samples)),
  greeting: () => session.greeting(),
  welcome: (event) => session.welcome(event),
  heard: (event) => session.heard(event),
  lost: (code, now) => session.lost(new ConnectionFailed(code, ''), true, now),
  order: (order) => session.uplink.order(order),
  next: () => { const it = session.next(); return it instanceof Uint8Array ? it.length : it; },
};
return given.map(([what, ...how]) => did[what](...how) ?? null);
"""
WELCOME = {
    **{"type": "welcome", "session": "s", "token": "t", "resumed": False, "received": 0, "seq": 0},
    **{"after": 0, "max_ahead_s": 30, "max_frame": 65536},
}


async def told(runs: Runs, *steps: list[Any]) -> list[Any]:
    return list(await runs("session.js", SCRIPT, list(steps)))


async def test_before_any_server_has_greeted_there_is_nothing_to_go_on_with(runs: Runs) -> None:
    lost, greeting = await told(runs, ["lost", "unreachable", 0], ["greeting"])
    assert list(lost) == ["failed"] and "resume" not in greeting


async def test_it_goes_on_after_the_last_event(runs: Runs) -> None:
    event = {"type": "speech_start", "seq": 4, "seg": 0, "at": 0.5}
    found = await told(
        runs, ["welcome", WELCOME], ["heard", event], ["lost", "lost", 0], ["greeting"]
    )
    assert found[0] == {"lost": 0, "anew": False}
    assert found[3]["resume"] == {"session": "s", "token": "t", "seq": 4}


async def test_a_session_that_was_forgotten_stays_so_until_there_is_another(runs: Runs) -> None:
    """The next attempt may fail for another reason."""
    ack = {"type": "audio_ack", "received": 32_000, "settled": 16_000}
    update = {"type": "update", "options": {"words": False, "endpoint_ms": 300}}
    found = await told(
        runs,
        ["welcome", WELCOME],
        ["order", update],
        ["heard", {"type": "updated", "seq": 1, "options": {}}],
        ["keep", 16_000],
        ["heard", ack],
        ["lost", "unknown_session", 0],
        ["greeting"],
        ["lost", "unreachable", 1],
        ["greeting"],
        ["welcome", {**WELCOME, "session": "other", "received": 16_000}],
        ["lost", "lost", 2],
        ["greeting"],
    )
    for greeting in (found[6], found[8]):
        assert "resume" not in greeting and greeting["start"] == 16_000
        assert greeting["options"] == {"words": False, "endpoint_ms": 300}
    assert found[9] == {"lost": 0, "anew": True}
    assert found[11]["resume"]["session"] == "other"


async def test_what_is_kept_no_more_is_told_as_lost(runs: Runs) -> None:
    back = {**WELCOME, "resumed": True, "received": 0}
    steps = [["welcome", WELCOME], ["lost", "lost", 0], ["keep", 80_000], ["welcome", back]]
    found = await told(runs, *steps, ["next"], ["next"])
    assert found[3] == {"lost": 3, "anew": False}
    assert found[4] == 17  # a gap
    assert found[5] == 9 + 64_000


async def test_of_much_at_once_the_oldest_goes_and_not_all(runs: Runs) -> None:
    found = await told(runs, ["welcome", WELCOME], ["keep", 40_000], *[["next"]] * 3)
    assert found[2:] == [17, 9 + 48_000, None]
