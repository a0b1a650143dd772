import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.scheduler import Scheduler
from inference.types import Urgency

F, L, B = Urgency.FINAL, Urgency.LOOK, Urgency.BATCH


def waiting(*entries: tuple[Urgency, str, str], max_batch: int = 8, **turns: int) -> Scheduler[str]:
    scheduler = Scheduler[str](max_batch, **turns)
    for entry in entries:
        scheduler.add(*entry)
    return scheduler


def batches(scheduler: Scheduler[str]) -> list[str]:
    found = []
    while batch := scheduler.next_batch():
        found.append("".join(batch))
    return found


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], []),
        ([(B, "", "a"), (L, "", "b"), (F, "", "c")], ["c", "b", "a"]),  # who is urgent goes first
        ([(L, "", "a"), (F, "", "b"), (L, "", "c"), (F, "", "d")], ["bd", "ac"]),
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
        scheduler.add(F, "", "f")
        led.append(scheduler.next_batch()[0])
    assert led == ["f"] * 7 + ["u"]


def test_an_idle_model_does_not_use_up_turns():
    scheduler = waiting(turn_of_longest=2)
    assert not scheduler.next_batch() and not scheduler.next_batch()
    scheduler.add(B, "", "u")
    scheduler.add(F, "", "f")
    assert batches(scheduler) == ["f", "u"]


def test_a_dropped_entry_is_not_heard():
    entries = [object() for _ in range(3)]
    scheduler = Scheduler[object](8)
    for entry in entries:
        scheduler.add(F, "", entry)
    assert scheduler.drop(entries[1]) is True
    assert scheduler.drop(entries[1]) is False
    assert scheduler.next_batch() == [entries[0], entries[2]]
    assert scheduler.drop(entries[0]) is False
    assert len(scheduler) == 0


@given(
    st.lists(st.tuples(st.sampled_from(Urgency), st.sampled_from("xy")), max_size=60),
    st.integers(1, 9),
    st.integers(2, 9),
)
def test_everyone_is_heard_once_in_order_with_their_own_kind(entries, max_batch, turn):
    scheduler = Scheduler[int](max_batch, turn)
    for number, (urgency, kind) in enumerate(entries):
        scheduler.add(urgency, kind, number)
    order = []
    while batch := scheduler.next_batch():
        assert len(batch) <= max_batch
        assert len({entries[number] for number in batch}) == 1
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
            scheduler.add(F, "f", "live")
        led.append(scheduler.next_batch()[0])
    assert led == ["live"] * (turn - 1) + ["upload"]
