"""Addresses as users write them."""

import pytest

from benchmarks.targets.address import BadTarget, socket_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://host:80", "ws://host:80/x"),
        ("https://host/", "wss://host/x"),
        ("ws://host/own", "ws://host/own"),
        ("wss://[::1]:9", "wss://[::1]:9/x"),
        ("ws://user:pass@host", "ws://user:pass@host/x"),
    ],
)
def test_forms_that_are_taken(url, address):
    assert socket_address(url, "/x") == address


def test_the_query_is_added_and_the_users_own_values_win():
    query = [("a", "1"), ("b", "two words")]
    assert socket_address("ws://h/?b=mine&c=", "/x", query) == "ws://h/x?b=mine&c=&a=1"
    assert socket_address("ws://h", "/x", query) == "ws://h/x?a=1&b=two+words"


@pytest.mark.parametrize(
    "url", ["", "host:80", "ftp://host", "ws://", "http:/host", "ws://h:port", "ws://h#a", "ws://["]
)
def test_forms_that_are_refused(url):
    with pytest.raises(BadTarget, match="not a server address"):
        socket_address(url, "/x")
