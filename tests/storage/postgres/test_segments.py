"""The contract of the port `Segments`, held against Postgres."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from inference.types import Word
from storage.errors import Conflict, Expired, Missing
from storage.ports import Segments, Sessions
from storage.records import Correction, Segment, State
from tests.storage.shared import NOON, a_session


def a_segment(number: int, text: str = "so it is", session: str = "s1") -> Segment:
    words = (Word(" so", 160, 320, 0.5), Word(" it's", 320, 480, 0.25))
    return Segment(
        session=session,
        number=number,
        start=160,
        end=480,
        text=text,
        words=words,
        confidence=0.375,
        language="en",
        speaker="A",
        live_text="so it's",
    )


async def test_segments_come_back_as_they_were_by_number(
    sessions: Sessions, segments: Segments
) -> None:
    await sessions.create(a_session())
    bare = Segment(session="s1", number=10, start=0, end=0, text="", words=(), confidence=0.0)
    await segments.put("s1", [bare, a_segment(2)])
    await segments.put("s1", [a_segment(1, "日本 🎙")])
    assert await segments.list("s1") == (a_segment(1, "日本 🎙"), a_segment(2), bare)


async def test_segments_of_a_stretch_of_the_session(sessions: Sessions, segments: Segments) -> None:
    await sessions.create(a_session())
    spans = [(0, 10), (10, 30), (30, 40)]
    made = [replace(a_segment(n), start=a, end=b) for n, (a, b) in enumerate(spans)]
    await segments.put("s1", made)

    async def found(begin: int, end: int) -> list[int]:
        return [each.number for each in await segments.between("s1", begin, end)]

    assert await found(0, 100) == [0, 1, 2]
    assert await found(10, 30) == [0, 1] and await found(11, 31) == [1, 2]
    assert await found(41, 100) == [] and await segments.between("s2", 0, 100) == ()


async def test_the_same_number_is_not_kept_twice(sessions: Sessions, segments: Segments) -> None:
    await sessions.create(a_session())
    await segments.put("s1", [a_segment(1), a_segment(2)])
    await segments.put("s1", [a_segment(2, "better"), a_segment(3)])
    assert [it.text for it in await segments.list("s1")] == ["so it is", "better", "so it is"]


async def test_segments_are_kept_all_or_none(sessions: Sessions, segments: Segments) -> None:
    await sessions.create(a_session())
    with pytest.raises(Exception, match="segments_number_check"):
        await segments.put("s1", [a_segment(1), a_segment(-1)])
    assert await segments.list("s1") == ()


async def test_segments_need_their_own_session(sessions: Sessions, segments: Segments) -> None:
    with pytest.raises(Missing):
        await segments.put("s1", [a_segment(1)])
    await sessions.create(a_session())
    with pytest.raises(ValueError, match="not of session s1"):
        await segments.put("s1", [a_segment(1, session="s2")])
    assert await segments.list("missing") == ()


async def test_a_replaced_segment_goes_on_to_count_its_revisions(
    sessions: Sessions, segments: Segments
) -> None:
    await sessions.create(a_session())
    for text in ("so", "so", "better"):
        await segments.put("s1", [a_segment(1, text)])
    found = await segments.get("s1", 1)
    assert found is not None
    assert (found.text, found.revision) == ("better", 2)
    assert await segments.get("s1", 2) is None


async def test_a_correction_keeps_what_was_there(sessions: Sessions, segments: Segments) -> None:
    await sessions.create(a_session(state=State.READY, expires_at=NOON + timedelta(seconds=1)))
    await segments.put("s1", [a_segment(1)])
    spoken = a_segment(1)
    first = await segments.correct("s1", 1, 1, "ann", NOON, text="So it was.")
    assert (first.text, first.words, first.speaker, first.revision) == ("So it was.", (), "A", 2)
    second = await segments.correct("s1", 1, 2, "bob", NOON, speaker="B")
    assert (second.text, second.speaker, second.revision) == ("So it was.", "B", 3)
    third = await segments.correct("s1", 1, 3, "bob", NOON, text="So it was.", speaker="C")
    assert await segments.list("s1") == (third,)
    common = {"session": "s1", "number": 1, "at": NOON}
    changed = {"text": "So it was.", "author": "bob"}
    assert await segments.corrections("s1") == (
        Correction(
            **common, revision=1, author="ann", text="so it is", words=spoken.words, speaker="A"
        ),
        Correction(**common, **changed, revision=2, speaker="A"),
        Correction(**common, **changed, revision=3, speaker="B"),
    )


async def test_of_two_who_correct_the_same_revision_one_is_refused(
    sessions: Sessions, segments: Segments
) -> None:
    await sessions.create(a_session(state=State.READY))
    await segments.put("s1", [a_segment(1)])
    outcomes = await asyncio.gather(
        *(segments.correct("s1", 1, 1, name, NOON, text=name) for name in "abcd"),
        return_exceptions=True,
    )
    assert sorted(type(it).__name__ for it in outcomes) == ["Conflict"] * 3 + ["Segment"]
    assert len(await segments.corrections("s1")) == 1
    with pytest.raises(Conflict, match="segment 1 is at revision 2"):
        await segments.correct("s1", 1, 1, "ann", NOON, text="x")


async def test_a_correction_needs_its_segment_and_its_time(
    sessions: Sessions, segments: Segments
) -> None:
    await sessions.create(a_session("open"))
    await sessions.create(a_session("late", state=State.READY, expires_at=NOON))
    await sessions.create(a_session("ready", state=State.READY))
    for session in ("open", "late"):
        await segments.put(session, [a_segment(1, session=session)])
        with pytest.raises(Expired):
            await segments.correct(session, 1, 1, "ann", NOON, text="x")
    with pytest.raises(Missing, match="no segment 1 in session ready"):
        await segments.correct("ready", 1, 1, "ann", NOON, text="x")
    with pytest.raises(Missing, match="no session missing"):
        await segments.correct("missing", 1, 1, "ann", NOON, text="x")


async def test_those_that_are_not_heard_again_go(sessions: Sessions, segments: Segments) -> None:
    await sessions.create(a_session())
    await segments.put("s1", [a_segment(number) for number in range(3)])
    await segments.replace("s1", [a_segment(1, "better"), a_segment(5)])
    assert [(it.number, it.revision) for it in await segments.list("s1")] == [(1, 2), (5, 1)]
    await segments.replace("s1", [])
    assert await segments.list("s1") == ()
