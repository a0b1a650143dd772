"""The life of a talk on the speaker's page: what it was told, and what it then wants done."""

from typing import Any

import pytest

from tests.browser.modules import Modules

PLAY = """(() => {
  const steps = [];
  let now = it.IDLE;
  for (const event of given) {
    const { state, orders } = it.after(now, event);
    steps.push([state.phase, ...orders].join(' '));
    now = state;
  }
  return { ...now, steps };
})()"""

OPENED = ["start", "captured", {"type": "opened", "session": "s1"}]
FAILED = {"type": "failed", "trouble": "overloaded", "message": "full", "retryIn": 2}


async def play(modules: Modules, *events: str | dict[str, Any]) -> dict[str, Any]:
    """The last state, and each phase with its orders."""
    told = [{"type": event} if isinstance(event, str) else event for event in events]
    state: dict[str, Any] = await modules.ask("/assets/speak-state.js", PLAY, told)
    return state


async def test_from_start_to_end(modules: Modules) -> None:
    ended = {"type": "ended", "heard": 3.2, "leave": True}
    state = await play(modules, *OPENED, "stop", ended, "second", "second")
    assert state["steps"] == [
        "asking capture",
        "connecting connect",
        "live",
        "ending release end",
        "over release",
        "over",
        "over leave",
    ]
    assert (state["session"], state["heard"]) == ("s1", 3.2)


@pytest.mark.parametrize(
    ("events", "last"),
    [
        (["start", "stop"], "idle release close"),
        (["start", "captured", "stop"], "idle release close"),
        ([*OPENED, "lost", "stop"], "ending release end"),
        ([*OPENED, "stop", "stop"], "over close"),
        ([*OPENED, "dry"], "ending release end"),
        ([*OPENED, "lost", "dry"], "ending release end"),
    ],
    ids=["asking", "connecting", "reconnecting", "ending", "source over", "over while away"],
)
async def test_it_can_be_stopped_at_any_time(
    modules: Modules, events: list[Any], last: str
) -> None:
    assert (await play(modules, *events))["steps"][-1] == last


async def test_a_source_that_is_over_before_there_is_a_session(modules: Modules) -> None:
    state = await play(modules, "start", "captured", "dry", {"type": "opened", "session": "s1"})
    assert state["steps"][2:] == ["connecting", "ending release end"]


async def test_what_is_kept_is_counted_while_the_server_is_away(modules: Modules) -> None:
    second = {"type": "second", "heard": 9.0, "kept": 4.5}
    state = await play(modules, *OPENED, "lost", second)
    assert (state["phase"], state["heard"], state["kept"]) == ("reconnecting", 9.0, 4.5)
    state = await play(modules, *OPENED, "lost", second, {"type": "back", "session": "s1"})
    assert (state["phase"], state["kept"], state["note"]) == ("live", 0, None)


@pytest.mark.parametrize(
    ("back", "note"),
    [
        ({"session": "s2"}, "anew"),
        ({"session": "s2", "lost": 3}, "gap"),
        ({"session": "s1", "lost": 3}, "gap"),
    ],
    ids=["another session", "another, with a gap", "a gap"],
)
async def test_what_was_lost_with_the_server_is_said(
    modules: Modules, back: dict[str, Any], note: str
) -> None:
    state = await play(modules, *OPENED, "lost", {"type": "back", **back})
    assert (state["session"], state["note"]) == (back["session"], note)


async def test_nobody_is_taken_away_from_a_note(modules: Modules) -> None:
    dry = {"type": "dry", "note": "unplugged"}
    state = await play(modules, *OPENED, dry, {"type": "ended", "heard": 1, "leave": True})
    assert (state["phase"], state["note"], state["leaveIn"]) == ("over", "unplugged", None)


@pytest.mark.parametrize("leave", [True, False])
async def test_who_wants_to_stay_stays(modules: Modules, leave: bool) -> None:
    ended = {"type": "ended", "heard": 1, "leave": leave}
    choice = ["stay"] if leave else []
    state = await play(modules, *OPENED, "stop", ended, *choice, *["second"] * 4)
    assert (state["phase"], state["steps"][-1]) == ("over", "over")


async def test_a_passing_trouble_is_tried_again(modules: Modules) -> None:
    state = await play(modules, "start", "captured", FAILED, "second", "second")
    assert state["steps"][2:] == ["failed release close", "failed", "asking capture"]
    state = await play(modules, "start", "captured", FAILED, "stay", *["second"] * 4)
    assert (state["phase"], state["trouble"], state["message"]) == ("failed", "overloaded", "full")


async def test_a_new_talk_remembers_nothing_of_the_last(modules: Modules) -> None:
    state = await play(modules, *OPENED, FAILED, "start")
    assert (state["session"], state["trouble"], state["retryIn"]) == (None, None, None)


@pytest.mark.parametrize("event", ["captured", "opened", "lost", "back", "stop", "ended", "failed"])
async def test_what_comes_too_late_changes_nothing(modules: Modules, event: str) -> None:
    assert (await play(modules, event))["steps"] == ["idle"]
