"""The contracts of ports.py, held against Postgres."""

import asyncio
from datetime import timedelta

import pytest

from inference.types import Word
from storage.database import Database
from storage.errors import BadCursor, Missing, Taken
from storage.lifecycle import IllegalMove
from storage.ports import Artifacts, Segments, Sessions
from storage.postgres import PostgresArtifacts, PostgresSegments
from storage.records import Artifact, Segment, Session, State
from tests.storage.shared import NOON, a_session


@pytest.fixture
def segments(database: Database) -> Segments:
    return PostgresSegments(database)


@pytest.fixture
def artifacts(database: Database) -> Artifacts:
    return PostgresArtifacts(database)


FULL = a_session(
    "full",
    kind="upload",
    state=State.FAILED,
    options={"language": "de", "words": True, "hotwords": ["Übung", 'x"y'], "n": 1.5, "o": None},
    language="de",
    room="main hall",
    duration=2**40,
    ended_at=NOON + timedelta(hours=1),
    error="the disk is full",
)


@pytest.mark.parametrize("session", [a_session(), FULL])
async def test_a_session_comes_back_as_it_was(sessions: Sessions, session: Session) -> None:
    await sessions.create(session)
    assert await sessions.get("ann", session.id) == session


async def test_an_id_is_taken_once(sessions: Sessions) -> None:
    await sessions.create(a_session())
    with pytest.raises(Taken, match="s1"):
        await sessions.create(a_session(owner="bob"))
    assert await sessions.get("ann", "s1") == a_session()


@pytest.mark.parametrize("id", ["s1", "missing", "", "a\0b", "\ud800"])
async def test_a_foreign_session_looks_like_a_missing_one(sessions: Sessions, id: str) -> None:
    await sessions.create(a_session("s1"))
    assert await sessions.get("bob", id) is None


async def test_a_list_is_the_owners_newest_first_page_by_page(sessions: Sessions) -> None:
    ages = [0, 1, 1, 2, 3]  # two of one age: their ids decide
    for number, age in enumerate(ages):
        await sessions.create(a_session(f"s{number}", created_at=NOON - timedelta(seconds=age)))
    await sessions.create(a_session("foreign", owner="bob"))

    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = await sessions.list("ann", limit=2, cursor=cursor)
        seen += [session.id for session in page.sessions]
        cursor, pages = page.cursor, pages + 1

    assert (seen, pages) == (["s0", "s2", "s1", "s3", "s4"], 3)


async def test_a_full_last_page_promises_no_other(sessions: Sessions) -> None:
    await sessions.create(a_session("s1"))
    await sessions.create(a_session("s2"))
    assert (await sessions.list("ann", limit=2)).cursor is None
    assert (await sessions.list("carol")).sessions == ()


async def test_a_cursor_that_is_none_is_refused(sessions: Sessions) -> None:
    with pytest.raises(BadCursor):
        await sessions.list("ann", cursor="'; DROP TABLE sessions; --")


async def test_a_session_lives_from_open_to_ready(sessions: Sessions) -> None:
    await sessions.create(a_session())
    await sessions.move("s1", State.DRAINING, duration=16_000, ended_at=NOON)
    await sessions.move("s1", State.FINALIZING, language="en")
    moved = await sessions.move("s1", State.READY)
    assert moved == a_session(state=State.READY, duration=16_000, ended_at=NOON, language="en")
    assert await sessions.get("ann", "s1") == moved


async def test_a_move_may_be_told_twice(sessions: Sessions) -> None:
    await sessions.create(a_session())
    first = await sessions.move("s1", State.DRAINING, duration=1)
    assert await sessions.move("s1", State.DRAINING, duration=2) == first


async def test_an_illegal_move_names_both_states_and_changes_nothing(sessions: Sessions) -> None:
    await sessions.create(a_session())
    with pytest.raises(IllegalMove, match="open cannot become ready"):
        await sessions.move("s1", State.READY, duration=5)
    assert await sessions.get("ann", "s1") == a_session()


async def test_what_is_not_there_cannot_move(sessions: Sessions) -> None:
    with pytest.raises(Missing):
        await sessions.move("s1", State.DRAINING)


async def test_an_error_lasts_as_long_as_the_failure(sessions: Sessions) -> None:
    await sessions.create(a_session())
    failed = await sessions.move("s1", State.FAILED, error="no model")
    assert failed.error == "no model"
    assert (await sessions.move("s1", State.FINALIZING)).error is None


async def test_of_two_opposite_moves_at_once_one_wins(sessions: Sessions) -> None:
    await sessions.create(a_session(state=State.FINALIZING))
    outcomes = await asyncio.gather(
        *(sessions.move("s1", to) for to in (State.READY, State.FAILED) * 4),
        return_exceptions=True,
    )
    states = {it.state for it in outcomes if isinstance(it, Session)}
    refused = [it for it in outcomes if isinstance(it, IllegalMove)]
    assert len(states) == 1
    assert len(refused) == 4


async def test_unfinished_sessions_are_found_whoever_owns_them(sessions: Sessions) -> None:
    for age, state in enumerate(State):
        created = NOON - timedelta(seconds=age)
        await sessions.create(
            a_session(state.value, owner=f"o{age}", state=state, created_at=created)
        )
    assert [it.id for it in await sessions.unfinished()] == ["finalizing", "draining", "open"]


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


def an_artifact(name: str, bytes: int = 5) -> Artifact:
    digest = "0123456789abcdef" * 4
    return Artifact(
        session="s1",
        name=name,
        key=f"s1/{name}",
        content_type="text/plain",
        bytes=bytes,
        sha256=digest,
    )


async def test_artifacts_come_back_by_name_the_later_one_wins(
    sessions: Sessions, artifacts: Artifacts
) -> None:
    with pytest.raises(Missing):
        await artifacts.put(an_artifact("recording"))
    await sessions.create(a_session())
    for artifact in (an_artifact("b"), an_artifact("a"), an_artifact("b", bytes=2**40)):
        await artifacts.put(artifact)
    assert await artifacts.list("s1") == (an_artifact("a"), an_artifact("b", bytes=2**40))
