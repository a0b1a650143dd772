"""Playlists and segments of a server that runs."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.rooms import hls
from server.routes.hls import PLAYLIST, clock
from server.routes.problems import Problem
from tests.server.shared import Running, pcm, raw, serving, settings_for, until

TALK = pcm("...." + "#" * 12 + "." * 9 + "#" * 9 + "." * 11)


async def numbers(server: Running, room: str, query: str = "") -> list[int]:
    answer = await server.get(f"/captions/{room}/hls/index.m3u8{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == PLAYLIST
    assert answer.headers["access-control-allow-origin"] == "*"
    return [int(found) for found in re.findall(r"^(\d+)\.vtt", answer.text, re.M)]


async def test_what_was_said_is_in_the_segments_of_the_playlist(
    tmp_path: Path, database_url: str
) -> None:
    settings = settings_for(tmp_path, database_url, rooms={"hls_delay": 0.0})
    async with serving(settings) as server:
        async with raw(server.url) as client:
            session = (await client.hello(room="hall"))["session"]
            await client.audio(0, TALK)
            await client.say("end", pos=len(TALK))
            await client.closed()
        await server.over(session)
        said = [it["text"] for it in client.heard if it["type"] == "final"]
        assert len(said) == 2

        async def all_there() -> bool:
            heard = "".join([await segment(server, n) for n in await numbers(server, "hall")])
            return all(text in heard for text in said)

        await until(all_there)


async def segment(server: Running, number: int, query: str = "") -> str:
    answer = await server.get(f"/captions/hall/hls/{number}.vtt{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/vtt")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "max-age" in answer.headers["cache-control"]
    return answer.text


async def test_a_room_that_nobody_knows_has_empty_segments(server: Running) -> None:
    found = await numbers(server, "nobody")
    assert len(found) == hls.FEWEST
    answer = await server.get(f"/captions/nobody/hls/{found[-1]}.vtt")
    assert answer.text.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:") and "-->" not in answer.text


async def test_the_clock_of_a_video_goes_on_to_the_segments(server: Running) -> None:
    query = "?pts=900000&at=2026-11-21T00:00:10Z"
    answer = await server.get(f"/captions/hall/hls/index.m3u8{query}")
    row = next(row for row in answer.text.split("\n") if ".vtt" in row)
    found = await server.get(f"/captions/hall/hls/{row}")
    assert found.status_code == 200, found.text
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    day = (midnight - datetime(2026, 11, 21, tzinfo=UTC)).days
    assert f"MPEGTS:{day * 86_400 * hls.TICKS % hls.WRAP},LOCAL" in found.text


@pytest.mark.parametrize(
    "name", ["1.vtt", "99999999999.vtt", "999999999999.vtt", "x.vtt", "-1.vtt", "1", "1.vtt.vtt"]
)
async def test_what_is_no_segment(server: Running, name: str) -> None:
    answer = await server.get(f"/captions/hall/hls/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("query", ["?pts=1", "?at=2026-11-21T00:00:00Z", "?pts=-1", "?pts=x"])
async def test_half_a_clock_is_refused(server: Running, query: str) -> None:
    answer = await server.get(f"/captions/hall/hls/index.m3u8{query}")
    assert answer.status_code == 400, answer.text


def test_a_moment_needs_its_zone() -> None:
    with pytest.raises(Problem, match="time zone"):
        clock(1, datetime(2026, 11, 21))
