"""What is to be read after each event."""

from typing import Any

import pytest

from tests.clients.browser.shared import Runs

SCRIPT = """
const model = new module.CaptionModel(given.most);
return given.events.map((event) => model.apply(event));
"""


async def shown(runs: Runs, *events: dict[str, Any], most: int = 100) -> list[list[str]]:
    """After each event the captions, as `committed|tentative`; a final has no bar."""
    found = await runs("caption-model.js", SCRIPT, {"events": events, "most": most})
    return [
        [it["committed"] + ("" if it["final"] else "|" + it["tentative"]) for it in captions]
        for captions in found
    ]


def partial(seg: int, text: str, **more: Any) -> dict[str, Any]:
    committed, _, tentative = text.partition("|")
    text = committed + tentative
    return {"type": "partial", "seg": seg, "text": text, "stable": len(committed), **more}


def final(seg: int, text: str, **more: Any) -> dict[str, Any]:
    return {"type": "final", "seg": seg, "text": text, **more}


async def test_words_are_committed_and_then_final(runs: Runs) -> None:
    assert await shown(
        runs,
        partial(0, "|Good"),
        partial(0, "Good| mourning"),
        partial(0, "Good morning| every"),
        final(0, "Good morning everyone."),
        partial(1, "|So"),
    ) == [
        ["|Good"],
        ["Good| mourning"],
        ["Good morning| every"],
        ["Good morning everyone."],
        ["Good morning everyone.", "|So"],
    ]


async def test_what_begins_early_waits_for_the_text_before_it(runs: Runs) -> None:
    found = await shown(
        runs,
        partial(0, "one| two"),
        partial(1, "four|"),
        final(0, "one two three"),
        final(1, "four."),
    )
    assert found[1:] == [
        ["one| two"],
        ["one two three", "four|"],
        ["one two three", "four."],
    ]


async def test_nothing_old_comes_back(runs: Runs) -> None:
    events = [final(3, "three"), partial(3, "thr|ee"), partial(2, "two|"), final(2, "two")]
    assert (await shown(runs, *events))[-1] == ["three"]


async def test_what_was_begun_and_is_passed_by_goes(runs: Runs) -> None:
    assert (await shown(runs, partial(1, "a| b"), final(2, "a b c")))[-1] == ["a b c"]


async def test_what_was_no_speech_goes(runs: Runs) -> None:
    assert (await shown(runs, final(0, "a"), partial(1, "|hm"), final(1, "")))[-1] == ["a"]


async def test_better_text_takes_its_place(runs: Runs) -> None:
    revise = {"type": "revise", "seg": 0, "text": "Ada said"}
    assert (await shown(runs, final(0, "a da said"), final(1, "x"), revise))[-1] == [
        "Ada said",
        "x",
    ]


@pytest.mark.parametrize(
    "end", [{"type": "end", "session": "a"}, {"type": "ended", "session": "a"}]
)
async def test_the_end_of_a_session_takes_what_was_not_final(
    runs: Runs, end: dict[str, Any]
) -> None:
    a, b = {"session": "a"}, {"session": "b"}
    events = [final(0, "x", **a), partial(1, "|y", **a), partial(0, "|z", **b), end]
    assert (await shown(runs, *events))[-2:] == [["x", "|y", "|z"], ["x", "|z"]]


async def test_sessions_of_a_room_are_counted_each_for_itself(runs: Runs) -> None:
    events = [final(5, "first", session="a"), partial(0, "|sec", session="b")]
    events += [final(0, "second", session="b")]
    assert (await shown(runs, *events))[-1] == ["first", "second"]


async def test_all_can_be_forgotten_at_once(runs: Runs) -> None:
    assert (await shown(runs, final(0, "a"), partial(1, "|b"), {"type": "clear"}))[-1] == []


async def test_there_is_a_bound(runs: Runs) -> None:
    events = [final(it, str(it)) for it in range(10)]
    assert (await shown(runs, *events, most=3))[-1] == ["7", "8", "9"]


async def test_characters_are_counted_as_people_do(runs: Runs) -> None:
    text = "Ein 😀 und 𝔘| noch"
    assert (await shown(runs, partial(0, text)))[-1] == [text]
