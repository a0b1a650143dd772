"""`captionflow tidy`, beside a server and without one."""

import json
from datetime import timedelta
from pathlib import Path

import click
import pytest

from server.commands.tidy import length
from storage.open import open_storage
from storage.settings import StorageSettings
from tests.server.commands.shared import captionflow
from tests.server.retention.shared import left
from tests.server.shared import Running

OLD = ("--older-than", "0s")


async def keep(data: Path, database_url: str) -> None:
    """A session with all it should have but its recording, and an object of nobody."""
    async with open_storage(StorageSettings(data_dir=data, database_url=database_url)) as storage:
        await left(storage)
        await storage.objects.delete("ann/s1/recording")
        await storage.objects.put_bytes("ann/s9/recording", b"12345", "x/y")


def calm(data: Path) -> Path:
    """Settings under which nothing is too young."""
    config = data / "captionflow.toml"
    config.write_text("[server]\nlinger = 0.001\n")
    return config


async def test_what_it_finds_and_removes(tmp_path: Path, database_url: str) -> None:
    await keep(tmp_path, database_url)
    stranger = tmp_path / "objects" / "ann" / "s9" / "recording"
    words = ("tidy", *OLD, "--json", "--data-dir", tmp_path, "--config", calm(tmp_path))
    env = {"DATABASE_URL": database_url}

    looked = await captionflow(*words, "--dry-run", env=env)
    assert looked.code == 0, looked.err
    assert stranger.exists()
    answer = await captionflow(*words, env=env)
    found = json.loads(answer.out)["found"]
    assert found["objects without a row"] == {
        "found": 1,
        "removed": 1,
        "bytes": 5,
        "examples": ["ann/s9/recording"],
    }
    assert found["rows without an object"]["examples"] == ["ann/s1/recording"]
    assert not stranger.exists()
    assert (tmp_path / "objects" / "ann" / "s1" / "transcript.txt").exists()

    table = await captionflow(*words[:3], *words[4:], env=env)
    assert table.code == 0, table.err
    lines = [line.split() for line in table.out.splitlines()]
    assert ["rows", "without", "an", "object", "1", "0", "13", "ann/s1/recording"] in lines


async def test_beside_a_server_at_work(server: Running, database_url: str) -> None:
    data = server.settings.storage.data_dir
    answer = await captionflow("tidy", "--data-dir", data, env={"DATABASE_URL": database_url})
    assert answer.code == 0, answer.err
    assert "journals on this disk" in answer.out


async def test_a_length_that_is_none(tmp_path: Path) -> None:
    answer = await captionflow("tidy", "--older-than", "soon", "--data-dir", tmp_path)
    assert answer.code == 2
    assert "such as 1h" in answer.err and "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("1h", 3600), ("2d", 172_800)]
)
def test_lengths(text: str, seconds: int) -> None:
    command = click.Command("tidy")
    with click.Context(command) as context:
        assert length(context, click.Option(["--older-than"]), text) == timedelta(seconds=seconds)
