"""What a live session of a real server says, on its way to a publisher."""

import json
from typing import Any

import pytest

from server.endings import Over
from server.live.session import LiveSession
from server.webrtc.downlink import KEPT, Downlink
from streaming.events import SpeechEnded, SpeechStarted
from tests.server.shared import Running, until
from tests.server.webrtc.test_uplink import Clock, asked


class Told:
    """A downlink, and what was sent over it."""

    def __init__(self, live: LiveSession) -> None:
        self.messages: list[dict[str, Any]] = []
        self.clock = Clock()
        self.down = Downlink(live, self, self._send, 7.0, self.clock)
        live.holding.take(self)

    def _send(self, message: bytes, _: int | None) -> None:
        self.messages.append(json.loads(message))

    @property
    def kinds(self) -> list[str]:
        return [each["type"] for each in self.messages]


async def said(live: LiveSession) -> None:
    """Two events, which are safe."""
    live.said.put(SpeechStarted(0, 100))
    live.said.put(SpeechEnded(0, 200))
    seq = live.said.outbox.seq
    await until(lambda: live.archive.durable.seq >= seq)


async def test_who_asks_late_is_told_from_the_beginning(server: Running) -> None:
    live = await server.registry.begin(asked(), "whip")
    one = Told(live)
    await said(live)
    one.down.tell()
    assert one.messages == [] and not live.said.outbox.waiting
    one.down.open = True
    one.down.tell()
    assert one.kinds == ["welcome", "speech_start", "speech_end"]
    assert one.messages[0]["session"] == live.id and one.messages[0]["linger_s"] == 7.0
    one.down.tell()
    assert len(one.messages) == 3
    live.finish("ended")
    await live.left.wait()


async def test_what_was_told_long_ago_is_not_kept(server: Running) -> None:
    live = await server.registry.begin(asked(), "whip")
    one = Told(live)
    await said(live)
    one.down.tell()
    one.clock.now += KEPT - 1
    one.down.look()
    assert live.said.outbox.acked == 0
    one.clock.now += 2
    one.down.look()
    assert live.said.outbox.acked == 2
    live.finish("ended")
    await live.left.wait()


async def test_another_call_is_told_what_nobody_acknowledged(server: Running) -> None:
    live = await server.registry.begin(asked(), "whip")
    one = Told(live)
    one.down.open = True
    await said(live)
    one.down.tell()
    live.acknowledged(1)
    two = Told(live)
    two.down.open = True
    with pytest.raises(Over) as over:
        one.down.tell()
    assert over.value.why == "taken_over"
    two.down.tell()
    assert two.kinds == ["welcome", "speech_end"]
    assert two.messages[0]["resumed"] is True and two.messages[0]["after"] == 1
    live.finish("ended")
    await live.left.wait()
