from pathlib import Path

from storage.settings import StorageSettings


def test_objects_lie_in_the_data_folder_unless_told_otherwise() -> None:
    assert StorageSettings(Path("data")).objects == Path("data/objects")
    assert StorageSettings(Path("data"), objects_dir=Path("/mnt/o")).objects == Path("/mnt/o")


def test_the_password_in_an_address_is_not_shown() -> None:
    settings = StorageSettings(Path("data"), database_url="postgresql://a:secret@db/x")
    assert "secret" not in f"{settings!r} {settings}"
