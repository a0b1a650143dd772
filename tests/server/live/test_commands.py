"""What a client tells its session: audio, gaps, flushes, options."""

import captionflow
import numpy as np
from captionflow.protocol import encode_gap

from storage.journal.reader import load
from storage.journal.records import Audio
from tests.server.shared import Running, events, of, pcm, raw

PICTURE = "...." + "#" * 15 + "." * 10 + "#" * 12 + "." * 10
TALK = pcm(PICTURE)
SAID = ["w1 w2 w3 w4 w5", "w10 w11 w12 w13"]


async def test_quiet_audio_that_nothing_follows_is_acknowledged_too(server: Running) -> None:
    async with raw(server.url) as client:
        await client.hello()
        await client.audio(0, bytes(640))
        assert (await client.hear("audio_ack"))["received"] == 640


async def test_quiet_audio_is_kept_some_messages_at_a_time(server: Running) -> None:
    async with raw(server.url) as client:
        id = (await client.hello())["session"]
        await client.audio(0, bytes(64_000), piece=640)
        while (await client.hear("audio_ack"))["received"] < 64_000:
            pass
        folder = server.settings.storage.data_dir / "journal"
        kept = [it async for it in load(folder, None, id) if isinstance(it, Audio)]
        assert sum(len(it.data) for it in kept) == 64_000
        assert len(kept) <= 50  # of 100 messages


async def test_a_flush_makes_everything_before_it_final(server: Running) -> None:
    async with server.connect() as live:
        await live.send(pcm("...." + "#" * 15))
        await live.flush("here")
        await live.end()
        seen = await events(live)
    kinds = [type(event).__name__ for event in seen]
    assert kinds.index("Final") < kinds.index("Flushed")
    (flushed,) = of(captionflow.Flushed, seen)
    sent = len(pcm("." * 19))
    assert flushed.id == "here" and sent - 1024 <= flushed.pos <= sent
    assert of(captionflow.Final, seen)[0].endpoint is False


async def test_options_change_in_the_middle(server: Running) -> None:
    async with raw(server.url) as client:
        await client.hello(options={"partials": False})
        loud = pcm("...." + "#" * 15 + "." * 10)
        await client.audio(0, loud)
        await client.hear("final")
        assert "partial" not in [message["type"] for message in client.heard]
        await client.say("update", options={"partials": True, "words": False, "language": "de"})
        updated = await client.hear("updated")
        assert updated["options"]["partials"] is True and updated["options"]["language"] == "de"
        await client.audio(len(loud), loud, piece=3200)
        await client.hear("partial")
        final = await client.hear("final")
        assert final["language"] == "de" and "words" not in final
        await client.say("end", pos=2 * len(loud))
        assert await client.closed() == (1000, "done")


async def test_lost_audio_becomes_silence_and_times_hold(server: Running) -> None:
    first, hole, second = pcm("...." + "#" * 15 + "....."), len(pcm("." * 5)), pcm("#" * 12)
    second += pcm("." * 10)
    async with raw(server.url) as client:
        await client.hello()
        await client.audio(0, first)
        await client.socket.send(encode_gap(len(first), hole))
        warning = await client.hear("warning")
        assert warning["code"] == "gap" and "0.50 s" in warning["message"]
        await client.audio(len(first) + hole, second)
        total = len(first) + hole + len(second)
        await client.say("end", pos=total)
        assert (await client.hear("ended"))["pos"] == total
    assert [it["text"] for it in client.heard if it["type"] == "final"] == SAID
    await server.over(client.heard[0]["session"])
    samples, _ = await server.recording(client.heard[0]["session"])
    silent = np.frombuffer(first + bytes(hole) + second, "<i2")
    assert np.array_equal(samples, silent)


async def test_a_long_gap_is_taken_at_the_pace_of_the_disk(server: Running) -> None:
    async with raw(server.url) as client:
        await client.hello()
        gap = 300 * 32_000
        await client.socket.send(encode_gap(0, gap))
        await client.say("end", pos=gap)
        assert (await client.hear("ended"))["duration"] == 300.0
        assert await client.closed() == (1000, "done")
    assert (await server.over(client.heard[0]["session"]))["state"] == "ready"


async def test_audio_sent_twice_is_heard_once(server: Running) -> None:
    async with raw(server.url) as client:
        await client.hello()
        at = 0
        while at < len(TALK):
            await client.audio(max(0, at - 4000), TALK[max(0, at - 4000) : at + 8000])
            at = min(at + 8000, len(TALK))
        await client.say("end", pos=len(TALK))
        await client.hear("ended")
    assert [it["text"] for it in client.heard if it["type"] == "final"] == SAID
    id = client.heard[0]["session"]
    await server.over(id)
    samples, _ = await server.recording(id)
    assert np.array_equal(samples, np.frombuffer(TALK, "<i2"))
