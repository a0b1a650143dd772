"""What a seed asks for."""

from itertools import islice, pairwise

from benchmarks.chaos import orders
from benchmarks.chaos.orders import OF_SERVERS, OF_WORKERS, SERVER, SPANS, Moment


def test_the_same_seed_is_the_same_run():
    assert orders.kills(50, 1, 2, 0.1) == orders.kills(50, 1, 2, 0.1)
    assert orders.kills(50, 1, 2, 0.1) != orders.kills(50, 2, 2, 0.1)
    assert list(islice(orders.orders(1, 0, (5, 60)), 9)) == list(
        islice(orders.orders(1, 0, (5, 60)), 9)
    )
    assert next(orders.orders(1, 0, (5, 60))) != next(orders.orders(1, 1, (5, 60)))


def test_kills_come_at_every_moment_of_everybody():
    kills = orders.kills(300, 1, 3, 0.2)
    assert len(kills) == 300
    assert {one.victim for one in kills} == {SERVER, "worker-1", "worker-2", "worker-3"}
    assert {one.moment for one in kills if one.victim == SERVER} == set(OF_SERVERS)
    assert {one.moment for one in kills if one.victim != SERVER} == set(OF_WORKERS)
    assert all(0 <= one.after <= SPANS[one.moment] for one in kills)
    assert 30 < sum(one.victim == SERVER for one in kills) < 90


def test_who_is_killed_at_its_start_was_killed_just_before():
    kills = orders.kills(300, 1, 2, 0.2)
    assert kills[0].moment is not Moment.START
    starts = [pair for pair in pairwise(kills) if pair[1].moment is Moment.START]
    assert starts and all(before.victim == one.victim for before, one in starts)


def test_some_files_are_sent_more_than_once():
    sent = list(islice(orders.orders(1, 0, (5, 60)), 200))
    assert len({one.key for one in sent}) == 200
    assert all(5 <= one.seconds <= 60 for one in sent)
    assert {one.at_once for one in sent} == {1, 2}
    assert {one.again for one in sent} == {0, 1, 2}
    assert 5 < sum(one.late for one in sent) < 50
