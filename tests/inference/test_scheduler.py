import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.scheduler import QUIET, SHORT, Scheduler
from inference.types import Urgency

F, E, L, B = Urgency.FINAL, Urgency.EARLY, Urgency.LOOK, Urgency.BATCH
LATER = 2 * QUIET  # nobody has spoken for so long


def waiting(*entries: tuple[Urgency, str, str], max_batch: int = 8, **turns: int) -> Scheduler[str]:
    scheduler = Scheduler[str](max_batch, **turns)
    for entry in entries:
        scheduler.add(*entry, now=0.0)
    return scheduler


def batches(scheduler: Scheduler[str]) -> list[str]:
    found = []
    while batch := scheduler.next_batch(LATER, 99):
        found.append("".join(batch))
    return found


def flood(scheduler: Scheduler[str], windows: int = 40, now: float = 0.0) -> Scheduler[str]:
    """With so many windows of an upload."""
    for _ in range(windows):
        scheduler.add(B, "", "u", now)
    return scheduler


def begun(scheduler: Scheduler[str], now: float, passes: int) -> list[str]:
    """The passes that begin on a machine with so many places, none of which is taken."""
    found = ("".join(scheduler.next_batch(now, passes)) for _ in range(passes))
    return [batch for batch in found if batch]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], []),
        ([(B, "", "a"), (L, "", "b"), (F, "", "c")], ["c", "b", "a"]),  # who is urgent goes first
        ([(L, "", "a"), (F, "", "b"), (L, "", "c"), (F, "", "d")], ["bd", "ac"]),
        ([(B, "", "a"), (L, "", "b"), (E, "", "c"), (F, "", "d")], ["d", "c", "b", "a"]),
        ([(F, "long", "a"), (F, "short", "b"), (F, "long", "c")], ["ac", "b"]),  # kinds apart
        ([(L, "short", "a"), (F, "short", "b")], ["b", "a"]),  # urgencies apart
        ([(F, "", c) for c in "abcdefghijk"], ["abcdefgh", "ijk"]),  # as many as a batch holds
    ],
)
def test_who_shares_the_next_pass(entries, expected):
    assert batches(waiting(*entries)) == expected


def test_every_so_often_whoever_waits_longest_leads():
    """Uploads move although live sessions never leave the model alone."""
    scheduler = waiting((B, "", "u"), turn_of_longest=8)
    led = []
    for _ in range(8):
        scheduler.add(F, "", "f", 0.0)
        led.append(scheduler.next_batch(0.0, 1)[0])
    assert led == ["f"] * 7 + ["u"]


def test_an_idle_model_does_not_use_up_turns():
    scheduler = waiting(turn_of_longest=2)
    assert not scheduler.next_batch(0.0, 1) and not scheduler.next_batch(0.0, 1)
    scheduler.add(B, "", "u", 0.0)
    scheduler.add(F, "", "f", 0.0)
    assert batches(scheduler) == ["f", "u"]


@pytest.mark.parametrize("passes", range(12))
def test_who_is_urgent_waits_for_one_pass_of_uploads_however_many_there_were(passes):
    """A turn is for who was passed over, and uploads that have just gone were not."""
    scheduler = flood(Scheduler[str](1))
    for _ in range(passes):
        assert scheduler.next_batch(0.0, 1) == ["u"]
        scheduler.over(B, 1, 0.1)
    scheduler.add(F, "", "f", 0.0)
    assert scheduler.next_batch(0.0, 1) == ["f"]


def test_uploads_have_the_machine_while_nobody_speaks():
    scheduler = flood(Scheduler[str](8))
    assert begun(scheduler, 0.0, 3) == ["u" * 8] * 3


@pytest.mark.parametrize(("passes", "expected"), [(1, ["u"]), (2, ["u"]), (4, ["u"] * 3)])
def test_while_somebody_speaks_uploads_leave_a_place_free_and_go_one_by_one(passes, expected):
    """Also with one place only they move, and as long as a row's time is unknown it is one row."""
    scheduler = flood(waiting((L, "", "l")))
    assert scheduler.next_batch(0.0, passes) == ["l"]
    scheduler.over(L, 1, 0.2)
    assert begun(scheduler, 1.0, passes) == expected


@pytest.mark.parametrize("urgency", [F, E, L])
def test_who_has_just_spoken_may_speak_on(urgency):
    scheduler = flood(waiting((urgency, "", "f")))
    assert scheduler.next_batch(0.0, 2) == ["f"]
    scheduler.over(urgency, 1, 0.2)
    assert begun(scheduler, QUIET - 0.1, 2) == ["u"]
    scheduler.over(B, 1, 0.1)
    assert begun(scheduler, QUIET, 2) == ["u" * 8] * 2


def test_uploads_that_hold_all_places_make_room_as_their_passes_end():
    scheduler = flood(Scheduler[str](8))
    assert begun(scheduler, 0.0, 2) == ["u" * 8] * 2
    scheduler.add(L, "", "l", 1.0)
    scheduler.over(B, 8, 2.0)
    assert begun(scheduler, 2.0, 2) == ["l"]  # the other still runs: no second one of uploads
    scheduler.over(L, 1, 0.2)
    assert begun(scheduler, 2.2, 2) == []
    scheduler.over(B, 8, 2.0)
    assert len(begun(scheduler, 2.4, 2)) == 1


@pytest.mark.parametrize(
    ("seconds", "rows"),
    [
        (lambda rows: 0.05 + 0.01 * rows, 8),  # an accelerator: all that a pass holds
        (lambda rows: 0.11 * rows, 4),
        (lambda rows: 0.2 + 0.25 * rows, 1),
        (lambda rows: 3.0 * rows, 1),  # a slow model: one row is the least
    ],
)
def test_beside_speech_a_pass_of_uploads_has_rows_for_half_a_second(seconds, rows):
    scheduler = Scheduler[str](8)
    for now in range(12):
        scheduler.add(L, "", "l", now)
        assert scheduler.next_batch(now, 1) == ["l"]
        scheduler.over(L, 1, 0.2)
        flood(scheduler, 8, now)
        batch = scheduler.next_batch(now, 1)
        scheduler.over(B, len(batch), seconds(len(batch)))
    assert len(batch) == rows
    assert rows == 1 or seconds(rows) <= SHORT


def test_a_pass_of_live_windows_is_as_full_as_it_can_be():
    scheduler = flood(waiting(*[(L, "", "l")] * 8))
    assert scheduler.next_batch(0.0, 1) == ["l"] * 8


def test_draining_takes_all():
    scheduler = flood(waiting((F, "", "f")), 20)
    assert scheduler.drain() == ["f"] + ["u"] * 20
    assert len(scheduler) == 0 and not scheduler.next_batch(0.0, 1)


def test_a_dropped_entry_is_not_heard():
    entries = [object() for _ in range(3)]
    scheduler = Scheduler[object](8)
    for entry in entries:
        scheduler.add(F, "", entry, 0.0)
    assert scheduler.drop(entries[1]) is True
    assert scheduler.drop(entries[1]) is False
    assert scheduler.next_batch(0.0, 1) == [entries[0], entries[2]]
    assert scheduler.drop(entries[0]) is False
    assert len(scheduler) == 0


@given(
    st.lists(st.tuples(st.sampled_from(Urgency), st.sampled_from("xy")), max_size=60),
    st.integers(1, 9),
    st.integers(2, 9),
    st.integers(1, 4),
    st.sampled_from([0.0, LATER]),
)
def test_everyone_is_heard_once_in_order_with_their_own_kind(entries, max_batch, turn, passes, now):
    scheduler = Scheduler[int](max_batch, turn)
    for number, (urgency, kind) in enumerate(entries):
        scheduler.add(urgency, kind, number, 0.0)
    order = []
    while batch := scheduler.next_batch(now, passes):
        assert len(batch) <= max_batch
        assert len({entries[number] for number in batch}) == 1
        scheduler.over(entries[batch[0]][0], len(batch), 0.3)
        order += batch
    assert sorted(order) == list(range(len(entries)))
    for group in set(entries):
        alike = [number for number in order if entries[number] == group]
        assert alike == sorted(alike)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(2, 9))
def test_an_upload_leaves_in_its_turn_however_much_is_live(newcomers, max_batch, turn):
    scheduler = waiting((B, "u", "upload"), max_batch=max_batch, turn_of_longest=turn)
    led = []
    for _ in range(turn):
        for _ in range(newcomers):
            scheduler.add(F, "f", "live", 0.0)
        led.append(scheduler.next_batch(0.0, 1)[0])
    assert led == ["live"] * (turn - 1) + ["upload"]
