"""The contract of the port `Sessions`, held against Postgres."""

import asyncio
from datetime import timedelta

import pytest

from inference.types import Word
from storage.errors import BadCursor, Missing, Taken
from storage.lifecycle import IllegalMove
from storage.ports import Segments, Sessions
from storage.records import Retention, Segment, Session, State, Upload
from tests.storage.shared import NOON, a_session

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
    filename="Übung 1.mp3",
    upload=Upload(key="ann/full/upload", content_type="audio/mpeg", bytes=2**40),
    ready_at=NOON,
    expires_at=NOON,
    recording_until=NOON,
    transcript_until=NOON,
    hold=True,
    retention=Retention(recording=0),
    node="n1",
    lease_until=NOON,
    header={"protocol": "stt.v1", "request": {"start": 0}},
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


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["s3", "s2", "s1"]),
        ({"state": State.READY}, ["s3", "s1"]),
        ({"kind": "upload"}, ["s3"]),
        ({"state": State.OPEN, "kind": "upload"}, []),
        ({"q": "quick"}, ["s2"]),
        ({"q": "FOX quick"}, ["s2"]),
        ({"q": "fox ju"}, ["s2"]),
        ({"q": "quick lazy"}, []),
        ({"q": "BOARD_%"}, ["s3"]),
        ({"q": "board__"}, []),
        ({"q": "' | & !:*"}, []),
        ({"q": "a\0b"}, []),
        ({"q": "дом"}, ["s1"]),
    ],
)
async def test_a_list_has_what_is_asked_for(
    sessions: Sessions, segments: Segments, wanted: dict[str, str], found: list[str]
) -> None:
    facts = [{"state": State.READY}, {}, {"state": State.READY, "kind": "upload"}]
    texts = ["Мой дом", "The quick brown fox jumps", "over"]
    for number, (fact, text) in enumerate(zip(facts, texts, strict=True), 1):
        created = NOON + timedelta(seconds=number)
        file = "Board_%.mp3" if number == 3 else None
        await sessions.create(a_session(f"s{number}", created_at=created, filename=file, **fact))
        await segments.put(f"s{number}", [a_segment(f"s{number}", text)])
    seen = []
    cursor = None
    while True:  # one by one, so that the second page keeps to what was asked for
        page = await sessions.list("ann", 1, cursor, **wanted)
        seen += [session.id for session in page.sessions]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == found


def a_segment(session: str, text: str) -> Segment:
    word = Word(" x", 0, 1, 0.5)
    return Segment(
        session=session, number=1, start=0, end=1, text=text, words=(word,), confidence=0.5
    )


async def test_an_upload_goes_its_own_way_to_the_same_end(sessions: Sessions) -> None:
    await sessions.create(a_session(kind="upload", state=State.AWAITING_UPLOAD))
    upload = Upload(key="k", content_type="audio/mpeg", bytes=5, sha256="0" * 64)
    await sessions.update("ann", "s1", upload=upload)
    for state in (State.QUEUED, State.OPEN, State.QUEUED, State.OPEN, State.DRAINING):
        await sessions.move("s1", state)
    await sessions.move("s1", State.FINALIZING)
    until = {"ready_at": NOON, "expires_at": NOON, "recording_until": NOON}
    ready = await sessions.move("s1", State.READY, **until)
    assert (ready.ready_at, ready.upload, ready.transcript_until) == (NOON, upload, None)


async def test_what_is_not_told_stays_as_it_was(sessions: Sessions) -> None:
    await sessions.create(a_session(recording_until=NOON, retention=Retention(recording=5)))
    held = await sessions.update("ann", "s1", hold=True)
    assert held == a_session(recording_until=NOON, retention=Retention(recording=5), hold=True)
    freed = await sessions.update("ann", "s1", hold=False, retention=Retention(transcript=0))
    assert freed == a_session(recording_until=NOON, retention=Retention(transcript=0))
    again = await sessions.update("ann", "s1", model="large-v3", language="de", duration=7)
    assert (again.model, again.language, again.duration) == ("large-v3", "de", 7)
    for owner, id in (("bob", "s1"), ("ann", "s2"), ("ann", "a\0b")):
        with pytest.raises(Missing):
            await sessions.update(owner, id, hold=True)


async def test_a_session_is_erased_with_all_that_is_its_own(
    sessions: Sessions, segments: Segments
) -> None:
    await sessions.create(a_session())
    await segments.put("s1", [a_segment("s1", "a")])
    assert [await sessions.erase("bob", "s1"), await sessions.erase("ann", "s1")] == [False, True]
    assert await sessions.get("ann", "s1") is None
    assert await segments.list("s1") == ()
    assert not await sessions.erase("ann", "s1")


LATER = NOON + timedelta(seconds=10)


async def test_a_lease_is_one_nodes_until_it_is_over(sessions: Sessions) -> None:
    await sessions.create(a_session())
    assert await sessions.claim("s1", "a", NOON, LATER) == 1
    assert await sessions.claim("s1", "a", NOON, LATER) == 2  # another process of the same node
    assert await sessions.claim("s1", "b", NOON, LATER) is None
    assert await sessions.claim("s1", "b", LATER, LATER + timedelta(seconds=10)) == 3
    assert await sessions.claim("missing", "b", NOON, LATER) is None
    found = await sessions.get("ann", "s1")
    assert found is not None
    assert (found.node, found.lease_until) == ("b", LATER + timedelta(seconds=10))
    assert found.generation == 3


async def test_of_many_nodes_one_gets_the_lease(sessions: Sessions) -> None:
    await sessions.create(a_session(node="dead", lease_until=NOON))
    claims = [sessions.claim("s1", node, NOON, LATER) for node in "abcdefgh"]
    assert sorted(await asyncio.gather(*claims), key=str) == [1] + [None] * 7


async def test_a_lease_is_renewed_by_who_has_it(sessions: Sessions) -> None:
    for id, node in (("s1", "a"), ("s2", "b"), ("s3", "a")):
        await sessions.create(a_session(id, node=node, lease_until=NOON))
    assert await sessions.renew("a", ["s1", "s2", "s4"], LATER) == {"s1"}
    assert {it.id for it in await sessions.orphans(NOON, 10)} == {"s2", "s3"}


async def test_a_released_session_is_anybodys(sessions: Sessions) -> None:
    await sessions.create(a_session(node="a", lease_until=LATER))
    await sessions.release("s1", "b")
    assert not await sessions.claim("s1", "b", NOON, LATER)
    await sessions.release("s1", "a")
    assert await sessions.claim("s1", "b", NOON, LATER)


async def test_orphans_are_unfinished_live_and_nobodys(sessions: Sessions) -> None:
    for state in State:
        await sessions.create(a_session(state.value, state=state))
    await sessions.create(a_session("upload", kind="upload"))
    await sessions.create(a_session("owned", node="a", lease_until=LATER))
    await sessions.create(a_session("lapsed", node="a", lease_until=NOON))
    found = [it.id for it in await sessions.orphans(NOON, 10)]
    assert found == ["draining", "finalizing", "open", "lapsed"]
    assert len(await sessions.orphans(NOON, 2)) == 2


async def test_a_header_lasts_no_longer_than_the_work(sessions: Sessions) -> None:
    await sessions.create(a_session(header={"begun": 7}))
    draining = await sessions.move("s1", State.DRAINING)
    assert draining.header == {"begun": 7}
    await sessions.move("s1", State.FINALIZING)
    assert (await sessions.move("s1", State.READY)).header is None


async def test_a_lease_lasts_no_longer_than_the_work(sessions: Sessions) -> None:
    await sessions.create(a_session(node="a", lease_until=LATER))
    assert (await sessions.move("s1", State.DRAINING)).node == "a"
    assert (await sessions.move("s1", State.FAILED, error="no model")).node is None


async def test_the_sessions_of_a_room_oldest_first(sessions: Sessions) -> None:
    for id, room, minutes in (("a", "hall", 2), ("b", "hall", 1), ("c", None, 3), ("d", "c", 4)):
        began = NOON + timedelta(minutes=minutes)
        await sessions.create(a_session(id, room=room, created_at=began))
    await sessions.create(a_session("e", room="hall", owner="bob", created_at=NOON))
    await sessions.create(a_session("f", room="hall", kind="upload", created_at=NOON))

    async def found(room: str, since: timedelta = timedelta(), limit: int = 9) -> list[str]:
        return [each.id for each in await sessions.of_room("ann", room, NOON + since, limit)]

    assert await found("hall") == ["b", "a"]
    assert await found("hall", limit=1) == ["a"]
    assert await found("hall", timedelta(minutes=2)) == ["a"]
    assert await found("c") == ["c", "d"]
    assert await found("a") == [], "it has another name"
    assert await found("\x00") == []
