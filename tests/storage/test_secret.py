from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.errors import Unusable
from storage.secret import derived, server_secret


def test_a_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret"
    first = server_secret(path)
    assert (len(first), path.stat().st_mode & 0o777) == (32, 0o600)
    assert server_secret(path) == first
    assert [it.name for it in path.parent.iterdir()] == ["secret"]


def test_those_who_make_it_together_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(server_secret, [tmp_path / "secret"] * 8))
    assert len(found) == 1
    assert [it.name for it in tmp_path.iterdir()] == ["secret"]


def test_what_is_no_secret_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    with pytest.raises(Unusable, match="8 bytes instead of 32") as caught:
        server_secret(tmp_path / "secret")
    assert "hunter2" not in str(caught.value)


def test_derived_keys_are_the_same_for_the_same_and_only_for_that() -> None:
    keys = {derived(bytes(32), purpose, id) for purpose, id in (("a", "b"), ("a", "c"), ("ab", ""))}
    assert len(keys) == 3
    assert derived(bytes(32), "a", "b") in keys
    assert derived(bytes(31) + b"1", "a", "b") not in keys
