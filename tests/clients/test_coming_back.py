"""How long until the next attempt, and whether there is one."""

from itertools import islice

import pytest
from captionflow.coming_back import may_return, pauses
from captionflow.errors import ServerError, from_close


def test_at_once_and_then_less_and_less_often():
    assert list(islice(pauses(lambda: 1.0), 8)) == [0, 0.25, 0.5, 1, 2, 4, 8, 8]
    assert list(islice(pauses(lambda: 0.0), 3)) == [0, 0.125, 0.25]


@pytest.mark.parametrize("code", [1001, 1006, 1011, 1012, 1013, 4404, 4408, 4410, 4429])
def test_closes_after_which_one_comes_back(code):
    assert may_return(from_close(code, ""))


@pytest.mark.parametrize("code", [1000, 1009, 4400, 4401, 4403, 4409])
def test_closes_after_which_nobody_does(code):
    assert not may_return(from_close(code, ""))


def test_a_server_that_is_away_and_one_that_refuses():
    assert may_return(ServerError("unreachable", "no"))
    assert not may_return(ServerError("unauthorized", "no"))
