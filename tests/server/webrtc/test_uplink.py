"""Sound of a publisher on its way into a live session of a real server."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from inference.types import Options
from server.endings import Over
from server.live.session import LiveSession
from server.protocols.native.messages import Hello, Wishes
from server.protocols.native.requests import Request, request
from server.webrtc.messages import Said, Silence, Sound
from server.webrtc.uplink import Uplink
from streaming.events import Updated
from tests.server.shared import Running, until

SECOND = 32_000  # bytes
HALF = bytes(SECOND // 2)


def asked(**wishes: object) -> Request:
    return request(Hello(options=Wishes(**wishes)), frozenset({"en"}), "base")  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def live(server: Running) -> AsyncIterator[LiveSession]:
    session = await server.registry.begin(asked(), "whip")
    yield session
    session.finish("ended")
    await session.left.wait()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_sound_and_silence_follow_each_other(live: LiveSession) -> None:
    up = Uplink(live, None, lambda _: None, Clock())
    await up.take(Sound(1, HALF))
    await up.take(Silence(1, 16_000))
    await up.take(Sound(1, HALF))
    assert live.intake.received == 2 * SECOND
    assert up.heard == 100.0


async def test_who_goes_on_with_a_session_finds_silence_for_the_time_between(
    live: LiveSession,
) -> None:
    clock = Clock()
    await Uplink(live, None, lambda _: None, clock).take(Sound(1, HALF))
    clock.now += 10.0
    up = Uplink(live, 100.0, lambda _: None, clock)
    await up.take(Sound(2, HALF))
    assert live.intake.received == SECOND // 2 + 10 * SECOND
    await up.take(Sound(2, HALF))
    assert live.intake.received == 11 * SECOND


async def test_what_the_disk_does_not_take_is_silence_later(
    live: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    up = Uplink(live, None, lambda _: None, Clock())
    room = live.archive.room

    async def full(_: int) -> None:
        raise TimeoutError

    monkeypatch.setattr(live.archive, "room", full)
    await up.take(Sound(1, HALF))
    await up.take(Silence(1, 8000))
    assert (live.intake.received, up.missed) == (0, SECOND)
    monkeypatch.setattr(live.archive, "room", room)
    await up.take(Sound(1, HALF))
    assert (live.intake.received, up.missed) == (SECOND + SECOND // 2, 0)


async def test_other_wishes_hold_from_now_on(live: LiveSession) -> None:
    other = asked(language="en", partials=False)
    await Uplink(live, None, lambda _: None, Clock()).wish(other)
    assert live.commands.options == Options()
    await Uplink(live, 99.0, lambda _: None, Clock()).wish(other)
    assert (live.commands.options.language, live.commands.view.partials) == ("en", False)
    await until(lambda: any(isinstance(each[1], Updated) for each in live.said.outbox.waiting))


async def test_what_is_said(live: LiveSession) -> None:
    told: list[bytes] = []
    up = Uplink(live, None, told.append, Clock())
    await up.take(Said(1, '{"type": "ping", "t": 3}'))
    await up.take(Said(1, ""))
    assert b'"pong"' in told[0] and b'"bad_message"' in told[1]
    await up.take(Said(1, '{"type": "end"}'))
    assert live.finished and live.why == "ended"
    await asyncio.gather(up.take(Sound(1, HALF)), up.take(Silence(1, 100)))  # too late, and no harm
    with pytest.raises(Over):
        for _ in range(1000):
            await up.take(Said(1, '{"type": "ping"}'))
