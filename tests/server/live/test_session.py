"""Whole sessions through the real server, with a model that hears by the clock."""

import asyncio
import itertools

import captionflow
import numpy as np
import pytest
from captionflow import Options

from server.settings import Settings
from tests.fakes import Parrot
from tests.server.shared import (
    RATE,
    Running,
    events,
    of,
    pcm,
    raw,
    serving,
    settings_for,
    talk,
)

PICTURE = "...." + "#" * 15 + "." * 10 + "#" * 12 + "." * 10
TALK = pcm(PICTURE)
SAID = ["w1 w2 w3 w4 w5", "w10 w11 w12 w13"]


def texts(seen: list[object]) -> list[str]:
    return [final.text for final in of(captionflow.Final, seen)]


async def test_a_session_gives_captions_and_segments_in_order(server: Running) -> None:
    async with server.connect() as live:
        seen = await talk(live, TALK)
    assert texts(seen) == SAID
    kinds = [type(event).__name__ for event in seen]
    assert kinds[0] == "Welcome" and kinds[-1] == "Ended"
    steady = [kind for kind in kinds if kind in ("SpeechStart", "SpeechEnd", "Final")]
    assert steady == ["SpeechStart", "SpeechEnd", "Final"] * 2
    numbers = [event.seq for event in seen[1:] if getattr(event, "seq", None) is not None]
    assert numbers == list(range(1, 8))
    partials = of(captionflow.Partial, seen)
    assert partials and [it.rev for it in partials] == list(range(1, len(partials) + 1))
    for partial in partials:
        final = next(it for it in of(captionflow.Final, seen) if it.seg == partial.seg)
        assert final.text.startswith(partial.text[: partial.stable])
    assert {len(final.words) for final in of(captionflow.Final, seen)} == {5, 4}


async def test_all_audio_is_acknowledged_before_the_end(server: Running) -> None:
    async with server.connect() as live:
        seen = await talk(live, TALK)
    acks = of(captionflow.AudioAck, seen)
    for a, b in itertools.pairwise(acks):
        assert (a.received, a.settled) <= (b.received, b.settled)
    assert all(ack.settled <= ack.received for ack in acks)
    assert (acks[-1].received, acks[-1].settled) == (len(TALK), len(TALK))
    ended = seen[-1]
    assert ended.pos == len(TALK) and ended.duration == pytest.approx(len(TALK) / 32_000)


async def test_text_is_settled_while_one_speaks(server: Running) -> None:
    async with server.connect() as live:
        await live.send(TALK)

        async def settled() -> captionflow.AudioAck:
            async for event in live:
                if isinstance(event, captionflow.AudioAck) and event.settled:
                    return event
            raise AssertionError("nothing was settled")

        async with asyncio.timeout(5):
            ack = await settled()
        assert ack.received == len(TALK) and 0 < ack.settled <= len(TALK)


async def test_the_recording_and_the_transcript_are_kept(server: Running) -> None:
    async with server.connect() as live:
        await talk(live, TALK)
    record = await server.over(live.welcome.session)
    assert (record["state"], record["error"]) == ("ready", None)
    assert record["duration"] == pytest.approx(len(TALK) / 32_000)
    assert record["language"] == "en" and record["protocol"] == "stt.v1"
    samples, rate = await server.recording(record["id"])
    assert rate == RATE and np.array_equal(samples, np.frombuffer(TALK, "<i2"))
    kept = await server.registry.parts.storage.segments.list(record["id"])
    assert [segment.text for segment in kept] == SAID
    names = [f"transcript.{kind}" for kind in ("json", "srt", "txt", "vtt")]
    assert [it["name"] for it in record["artifacts"]] == ["recording", *names]
    objects = server.registry.parts.storage.objects
    for artifact in await server.registry.parts.storage.artifacts.list(record["id"]):
        data = b"".join([piece async for piece in objects.open(artifact.key)])
        assert len(data) == artifact.bytes
    await server.tidied()


async def test_a_session_goes_through_its_states(server: Running) -> None:
    sessions = server.registry.parts.storage.sessions
    states: list[str] = []
    move = sessions.move

    async def seen_move(id, to, **facts):  # what the real one was told, in order
        states.append(to.value)
        return await move(id, to, **facts)

    sessions.move = seen_move  # type: ignore[method-assign]
    async with server.connect() as live:
        assert (await server.session(live.welcome.session))["state"] == "open"
        await talk(live, TALK)
    assert (await server.over(live.welcome.session))["state"] == "ready"
    assert states == ["draining", "finalizing"]  # the last step goes together with its webhooks


async def test_the_endpoint_is_the_clients(server: Running) -> None:
    async with server.connect(options=Options(endpoint_ms=2000)) as live:
        seen = await talk(live, TALK)
    assert texts(seen) == [f"{SAID[0]} {SAID[1]}"]


async def test_ping_and_acks(server: Running) -> None:
    async with raw(server.url) as client:
        await client.hello()
        for stamp in (1.5, 7, "x", None):
            await client.say("ping", t=stamp)
            assert (await client.hear("pong"))["t"] == stamp
        await client.say("ack", seq=0)
        await client.say("end", pos=0)
        assert (await client.hear("ended"))["duration"] == 0
        assert await client.closed() == (1000, "done")


async def test_positions_may_begin_anywhere(server: Running) -> None:
    async with raw(server.url) as client:
        welcome = await client.hello(start=64_000)
        assert welcome["received"] == welcome["settled"] == 64_000
        await client.audio(64_000, TALK)
        await client.say("end", pos=64_000 + len(TALK))
        ended = await client.hear("ended")
    assert ended["pos"] == 64_000 + len(TALK) and ended["duration"] == pytest.approx(5.1)
    acks = [it for it in client.heard if it["type"] == "audio_ack"]
    assert acks[-1]["settled"] == 64_000 + len(TALK)


async def test_a_model_that_fails_costs_an_utterance_and_not_the_session(
    settings: Settings,
) -> None:
    model = Parrot(fails=lambda window: window.start < RATE)
    async with serving(settings, model) as server, server.connect() as live:
        seen = await talk(live, TALK)
        (error,) = of(captionflow.Error, seen)
        assert (error.code, error.fatal) == ("engine_failed", False) and error.seq is not None
        assert texts(seen) == SAID[1:]
        assert (await server.over(live.welcome.session))["state"] == "ready"
        assert "captionflow_model_failures_total" in (await server.get("/metrics")).text


async def test_a_model_that_hangs_keeps_what_was_promised(tmp_path, database_url) -> None:
    settings = settings_for(tmp_path, database_url, server={"model_timeout": 0.3})
    async with serving(settings) as server, server.connect() as live:
        await live.send(pcm("...." + "#" * 15))
        stable = ""
        async with asyncio.timeout(5):
            async for event in live:
                if isinstance(event, captionflow.Partial) and event.stable:
                    stable = event.text[: event.stable]
                    if event.text == SAID[0] or stable.endswith("w4"):
                        break
        server.model.hold()
        await live.send(pcm("." * 10))
        async with asyncio.timeout(5):
            seen = []
            async for event in live:
                seen.append(event)
                if isinstance(event, captionflow.Final):
                    break
        assert of(captionflow.Error, seen)[0].code == "engine_failed"
        assert seen[-1].text.startswith(stable)
        server.model.release()
        await live.send(pcm("..." + "#" * 12 + "." * 10))
        await live.end()
        assert len(texts(await events(live))) == 1
