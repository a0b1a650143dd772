import pytest

from storage.errors import BadKey
from storage.keys import LONGEST, checked, checked_prefix, checked_type, is_key

BAD = ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", ".hidden", "a/.b", "a\\b"]
BAD += ["a b", "a\0", "a\n", "ä", "a:b", "~/x", "a" * 201, "a/" * 300 + "a"]


@pytest.mark.parametrize("key", ["a", "_x/9.y-z", "a" * 200, "a/" * (LONGEST // 2 - 1) + "ab"])
def test_names_with_slashes_in_between_are_keys(key: str) -> None:
    assert is_key(key)
    assert checked(key) == checked_prefix(key) == key


@pytest.mark.parametrize("key", BAD)
def test_nothing_else_is(key: str) -> None:
    assert not is_key(key)
    with pytest.raises(BadKey, match="not a key"):
        checked(key)


@pytest.mark.parametrize("prefix", ["", "a", "a/", "a/b", "a/b.c/"])
def test_what_a_key_may_begin_with(prefix: str) -> None:
    assert checked_prefix(prefix) == prefix


@pytest.mark.parametrize("prefix", ["../", "/", "a/../", ".", "a//", "a\0", "x" * 600])
def test_what_no_key_begins_with(prefix: str) -> None:
    with pytest.raises(BadKey, match="no key begins so"):
        checked_prefix(prefix)


@pytest.mark.parametrize("kind", ["audio/flac", 'text/plain; charset="utf-8"', "x"])
def test_a_content_type_is_printable(kind: str) -> None:
    assert checked_type(kind) == kind


@pytest.mark.parametrize("kind", ["", " a", "a ", "a/b\r\nx: y", "ä", "a\0", "a" * 256])
def test_what_is_no_content_type(kind: str) -> None:
    with pytest.raises(ValueError, match="not a content type"):
        checked_type(kind)
