"""Somebody who speaks in a room, word for word as a test says, and is heard on its bus."""

import json

from server.parts import OWNER
from server.rooms.broadcast import channel
from storage.bus.port import Place
from tests.server.shared import Running


class Speaker:
    def __init__(self, server: Running, room: str = "hall", session: str = "s") -> None:
        self.bus = server.registry.parts.bus
        self.channel = channel(OWNER, room)
        self.session = session
        self.seg = 0
        self.number = 0

    async def partial(self, committed: str, tentative: str = "") -> None:
        await self._say("partial", text=committed + tentative, stable=len(committed))

    async def final(self, text: str, language: str = "en") -> None:
        await self._say("final", text=text, language=language)
        self.seg += 1

    async def says(self, text: str) -> None:
        """Word by word, the last two always in doubt."""
        words = text.split(" ")
        for count in range(1, len(words) + 1):
            committed = " ".join(words[: max(0, count - 2)])
            await self.partial(committed, " ".join(words[:count])[len(committed) :])
        await self.final(text)

    async def end(self) -> None:
        await self._say("end")

    async def _say(self, kind: str, **fields: object) -> None:
        data = json.dumps({"session": self.session, "seg": self.seg, **fields})
        self.number += kind != "partial"
        place = Place(self.session, self.number - 1, self.number, self.number)
        text = f"event: {kind}\ndata: {data}\n\n".encode()
        await self.bus.publish(self.channel, text, None if kind == "partial" else place)
