from pathlib import Path

import pytest

from storage.settings import StorageSettings

BUCKET = {
    "s3_url": "https://s3.example:9000/",
    "s3_access_key": "us",
    "s3_secret_key": "sesame",
}


def test_objects_lie_in_the_data_folder_unless_told_otherwise() -> None:
    assert StorageSettings(Path("data")).objects == Path("data/objects")
    assert StorageSettings(Path("data"), objects_dir=Path("/mnt/o")).objects == Path("/mnt/o")


def test_the_secret_lies_in_the_data_folder_unless_told_otherwise() -> None:
    assert StorageSettings(Path("data")).secret == Path("data/secret")
    assert StorageSettings(Path("data"), secret_file=Path("/mnt/s")).secret == Path("/mnt/s")


def test_the_address_of_a_bus_has_a_scheme_of_its_own() -> None:
    for url in ("redis://a:6379/0", "rediss://:pass@a", "unix:///run/v", "", None):
        assert "pass" not in repr(StorageSettings(Path("data"), bus_url=url))
    with pytest.raises(ValueError, match="bus_url"):
        StorageSettings(Path("data"), bus_url="http://a:6379")


@pytest.mark.parametrize("seconds", [0.0, 61.0])
def test_the_store_gets_journals_within_a_minute(seconds: float) -> None:
    with pytest.raises(ValueError, match="seal_after"):
        StorageSettings(Path("data"), seal_after=seconds)


def test_the_password_in_an_address_is_not_shown() -> None:
    settings = StorageSettings(Path("data"), database_url="postgresql://a:secret@db/x")
    assert "secret" not in f"{settings!r} {settings}"


@pytest.mark.parametrize("url", [None, ""])
def test_without_an_address_there_is_no_bucket(url: str | None) -> None:
    assert StorageSettings(Path("data"), s3_url=url).s3 is None


def test_a_bucket_and_what_is_left_out() -> None:
    found = StorageSettings(Path("data"), **BUCKET).s3
    assert found is not None
    assert (found.url, found.public_url) == ("https://s3.example:9000",) * 2
    assert (found.bucket, found.prefix, found.region) == ("captionflow", "", "us-east-1")
    others = {"s3_public_url": "http://files.example", "s3_prefix": "/a/b/"}
    found = StorageSettings(Path("data"), **BUCKET, **others).s3
    assert found is not None
    assert (found.public_url, found.prefix) == ("http://files.example", "a/b/")


def test_the_keys_of_a_bucket_are_not_shown() -> None:
    settings = StorageSettings(Path("data"), **BUCKET)
    assert "sesame" not in f"{settings!r} {settings} {settings.s3!r} {settings.s3}"


@pytest.mark.parametrize("missing", ["s3_access_key", "s3_secret_key"])
def test_a_bucket_needs_keys(missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        StorageSettings(Path("data"), **{**BUCKET, missing: ""})


@pytest.mark.parametrize(
    "bucket", ["", "ab", "Upper", "a_b", "-ab", "ab-", "a..b", "a" * 64, "a/b"]
)
def test_a_bucket_has_a_name_that_s3_takes(bucket: str) -> None:
    with pytest.raises(ValueError, match="s3_bucket"):
        StorageSettings(Path("data"), **BUCKET, s3_bucket=bucket)


@pytest.mark.parametrize("name", ["s3_url", "s3_public_url"])
@pytest.mark.parametrize(
    "url",
    [
        "s3.example",
        "s3.example:9000",
        "ftp://s3.example",
        "http://",
        "http://:9000",
        "http://s3.example/bucket",
        "http://s3.example?a=b",
        "http://us:sesame@s3.example",
        "http://s3.example:port",
        "http://s3.example:70000",
    ],
)
def test_an_address_is_a_place_and_nothing_else(name: str, url: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is not like http://host:port") as caught:
        StorageSettings(Path("data"), **{**BUCKET, name: url})
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("prefix", ["a b", "../x", "a//b", ".hidden", "ä"])
def test_a_prefix_is_what_keys_may_begin_with(prefix: str) -> None:
    with pytest.raises(ValueError, match="s3_prefix"):
        StorageSettings(Path("data"), **BUCKET, s3_prefix=prefix)
