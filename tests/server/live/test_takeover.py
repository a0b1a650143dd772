"""Two servers on one database, and what one of them takes to itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from server.live.recovery import LOST
from server.live.tokens import Token, written
from server.settings import Settings
from storage.errors import Unavailable
from storage.folder import FolderObjects
from tests.server.shared import WAIT, Raw, Running, pcm, raw, serving, settings_for, until

TALK = pcm("...." + "#" * 15 + "." * 10)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.live.registry.AGAIN", 0.05)


def settings_of(tmp_path: Path, database_url: str, node: str) -> Settings:
    home = tmp_path / node
    home.mkdir(exist_ok=True)
    return settings_for(
        home,
        database_url,
        server={"linger": 0.3, "lease": 1.2, "node": node, "drain_timeout": 0.1},
        storage={"objects_dir": tmp_path / "objects"},
    )


async def lost(server: Running) -> None:
    """As a machine that is gone from one moment to the next."""
    registry = server.registry
    registry.stopping.set()
    registry.takeover.close()
    registry.leases.held.clear()
    registry.lives.cancel()
    await until(lambda: not registry.running)


@asynccontextmanager
async def cut_off(settings: Settings, audio: bytes) -> AsyncIterator[tuple[Running, str]]:
    """A server with a session whose machine is lost with all that it kept to itself."""
    async with serving(settings) as server, raw(server.url) as client:
        id = (await client.hello())["session"]
        await client.audio(0, audio)
        while (await client.hear("audio_ack"))["received"] < len(audio):
            pass
        yield server, id
        await lost(server)


async def state_of(server: Running, id: str, state: str) -> dict[str, object]:
    async def is_so() -> bool:
        return bool((await server.session(id))["state"] == state)

    await until(is_so)
    return await server.session(id)


async def resumed(client: Raw, id: str, token: str = "x") -> dict[str, object]:
    await client.say("hello", resume={"session": id, "token": token, "seq": 0})
    return await client.next()


async def test_what_a_lost_server_kept_to_itself_is_given_up_and_finished_when_it_is_back(
    tmp_path: Path, database_url: str
) -> None:
    first, second = (settings_of(tmp_path, database_url, node) for node in "ab")
    async with cut_off(first, TALK) as (_, id):
        pass
    async with serving(second) as other:
        async with raw(other.url) as client:
            assert (await resumed(client, id))["code"] == "elsewhere"
        record = await state_of(other, id, "failed")
        assert record["error"] == LOST
        async with raw(other.url) as client:
            assert (await resumed(client, id))["code"] == "unknown_session"
    async with serving(first) as back:
        record = await state_of(back, id, "ready")
        assert record["error"] is None
        samples, _ = await back.recording(id)
        assert np.array_equal(samples, np.frombuffer(TALK, "<i2"))
        await back.tidied()


@asynccontextmanager
async def beside(first: Running, settings: Settings) -> AsyncIterator[Running]:
    """Another server, with the same secret."""
    secret_file = first.settings.storage.data_dir / "secret"
    shared = replace(settings.storage, secret_file=secret_file)
    async with serving(replace(settings, storage=shared)) as server:
        assert server.registry.parts.storage.secret == first.registry.parts.storage.secret
        yield server


async def comes_back(client: Raw, server: Running, id: str) -> dict[str, object]:
    """What a client of the first owner is told."""
    token = written(Token(0, 1), id, server.registry.parts.storage.secret)
    return await resumed(client, id, token)


async def test_a_session_of_which_nothing_was_stored_goes_on_for_its_own_client(
    tmp_path: Path, database_url: str
) -> None:
    first, second = (settings_of(tmp_path, database_url, node) for node in "ab")
    async with cut_off(first, TALK) as (one, id):
        pass
    patient = replace(second, server=replace(second.server, linger=WAIT))
    async with beside(one, patient) as other:
        await until(lambda: id in other.registry.takeover.recovery.empty)
        async with raw(other.url) as stranger:
            assert (await resumed(stranger, id))["code"] == "elsewhere"
        assert id not in other.registry.running
        async with raw(other.url) as client:
            answer = await comes_back(client, other, id)
            assert (answer["type"], answer["session"], answer["resumed"]) == ("welcome", id, True)
            assert (answer["received"], answer["after"]) == (0, 0)
            await client.audio(0, TALK)
            await client.say("end", pos=len(TALK))
            assert await client.closed() == (1000, "done")
        await state_of(other, id, "ready")
        samples, _ = await other.recording(id)
        assert np.array_equal(samples, np.frombuffer(TALK, "<i2"))


async def test_an_old_session_of_which_nothing_was_stored_does_not_go_on(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.recovery.YOUNG", timedelta(seconds=-9))
    first, second = (settings_of(tmp_path, database_url, node) for node in "ab")
    async with cut_off(first, TALK) as (one, id):
        pass
    patient = replace(second, server=replace(second.server, linger=WAIT))
    async with beside(one, patient) as other:
        await until(lambda: id in other.registry.takeover.recovery.empty)
        async with raw(other.url) as client:
            assert (await comes_back(client, other, id))["code"] == "elsewhere"
        assert id not in other.registry.running


async def test_more_than_another_server_had_is_kept_as_long_as_the_recording(
    tmp_path: Path, database_url: str
) -> None:
    first, second = (settings_of(tmp_path, database_url, node) for node in "ab")
    async with serving(first) as server, raw(server.url) as client:
        id = (await client.hello())["session"]
        await client.audio(0, TALK[:32_000])
        while (await client.hear("audio_ack"))["received"] < 32_000:
            pass
        await server.registry.parts.journals.seal(10)
        store = server.registry.parts.storage.objects
        store.put_file = refuse  # type: ignore[method-assign]
        await client.audio(32_000, TALK[32_000:])
        while (await client.hear("audio_ack"))["received"] < len(TALK):
            pass
        await lost(server)
    async with serving(second) as other:
        assert (await state_of(other, id, "ready"))["duration"] == 1.0
        await other.tidied()
    async with serving(first) as back:
        await until(lambda: id in back.registry.takeover.recovery.strange)
        assert id in await back.journals()
        storage = back.registry.parts.storage
        await storage.sweep.forget_recordings([id])
        await back.tidied()


async def refuse(*_: object) -> None:
    raise Unavailable("the store is away")


async def test_a_server_that_was_overtaken_never_writes_the_names_of_the_next_one(
    tmp_path: Path, database_url: str
) -> None:
    first, second = (settings_of(tmp_path, database_url, node) for node in "ab")
    async with cut_off(first, TALK) as (server, id):
        await server.registry.parts.journals.seal(10)
    names: list[list[str]] = []
    for settings in (second, first):
        async with serving(settings) as server:
            await until(lambda: id in server.registry.running)
            await server.registry.parts.journals.seal(10)
            store = server.registry.parts.storage.objects
            names.append(list(await store.list(f"journal/{id}/")))
            await lost(server)
    generations = [sorted({name.split("/")[-1][:6] for name in each}) for each in names]
    assert generations == [["000000", "000001"], ["000000", "000001", "000002"]]


async def test_a_store_that_is_away_does_not_stop_a_session(
    tmp_path: Path, database_url: str
) -> None:
    settings = settings_of(tmp_path, database_url, "a")
    async with serving(settings) as server, raw(server.url) as client:
        journals = server.registry.parts.journals
        objects = server.registry.parts.storage.objects
        assert isinstance(objects, FolderObjects)
        put_file, objects.put_file = objects.put_file, refuse  # type: ignore[method-assign]
        id = (await client.hello())["session"]
        await client.audio(0, TALK)
        await client.hear("final")
        with pytest.raises(TimeoutError):
            await journals.seal(0.2)
        assert journals.uploads is not None and journals.uploads.failures
        await client.say("end", pos=len(TALK))
        assert await client.closed() == (1000, "done")
        await until(lambda: id not in server.registry.running)
        assert (await server.session(id))["state"] == "finalizing"
        objects.put_file = put_file  # type: ignore[method-assign]
        await state_of(server, id, "ready")
        await server.tidied()
