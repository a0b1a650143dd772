from collections import Counter

from benchmarks.batch.contenders import Contender, contenders, order


def test_ours_comes_first_and_every_peer_has_a_name_of_its_own():
    found = contenders((8, 16), served=True)
    assert [one.kind for one in found] == [
        "captionflow",
        "served",
        "sequential",
        "batched",
        "batched",
        "batched",
    ]
    assert len({one.name for one in found}) == len(found)
    assert all(one.says for one in found)
    assert [one.timestamps for one in found[-3:]] == [False, False, True]


def test_without_an_address_there_is_no_server():
    assert Contender("served") not in contenders((8,), served=False)


def test_everyone_has_a_turn_in_every_round():
    found = contenders((8, 16), served=False)
    turns = order(found, 3, seed=1)
    rounds = [turns[at : at + len(found)] for at in range(0, len(turns), len(found))]
    assert all(Counter(each) == Counter(found) for each in rounds)
    assert len(rounds) == 3
    assert len({tuple(each) for each in rounds}) > 1


def test_a_seed_says_it_all():
    found = contenders((8, 16), served=False)
    assert order(found, 4, seed=3) == order(found, 4, seed=3)
