"""The calls of this server: who may publish in a room, who goes on there, who hangs up.

Decides which session a publisher gets; how one is listened to is known by call.py.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from server.live.refusals import Full
from server.live.registry import Registry
from server.live.session import LiveSession
from server.logs import logger
from server.parts import OWNER
from server.protocols.native.requests import Request
from server.retention.erase import erase
from server.settings import BadSettings
from server.webrtc import sdp
from server.webrtc.call import Call
from server.webrtc.messages import Plan
from server.webrtc.sections import BadOffer
from server.webrtc.switchboard import Switchboard
from storage.errors import StorageError

PROTOCOL = "whip"
FRESH = 3.0  # seconds since a publisher was heard in which nobody takes its room
THANKS = 60.0  # seconds in which a publisher who heard the end may still hang up
CONNECT = 15.0  # seconds from an answer to a connection

log = logger("webrtc")


class Busy(Exception):
    """Somebody else publishes in the room."""


class Entry(Struct, eq=False):
    """A call as its publisher knows it. id: a secret, as whoever has it may end the call. tag: of
    its ICE session. over: when it ended."""

    id: str
    tag: str
    number: int
    room: str
    call: Call
    offer: sdp.Offer
    over: float | None = None


class Calls:
    def __init__(
        self,
        registry: Registry,
        key: bytes | None,
        group: asyncio.TaskGroup,
        clock: Callable[[], float],
    ) -> None:
        """key: that we share with a TURN server. group: whose tasks the calls are. clock:
        seconds."""
        parts = registry.parts
        self.registry = registry
        self.key = key
        self.group = group
        self.clock = clock
        self.metrics = parts.metrics
        self.settings = parts.settings.webrtc
        self.board = Switchboard(self._plan(), parts.metrics, self._lost)
        self.entries: dict[str, Entry] = {}  # by id, as long as the session may go on
        self.rooms: dict[str, Entry] = {}
        self.coming: set[str] = set()  # rooms whose next publisher is being answered

    async def publish(self, room: str, offer: sdp.Offer, request: Request) -> tuple[Entry, str]:
        """A call, and the answer to its offer.

        Raises Busy, Full, Unanswered, BadOffer, StorageError.
        """
        self._tidy()
        self._admit(room)
        self.coming.add(room)
        entry = self._entry(room, offer, request)
        try:
            answer = await self.board.answer(entry.number, offer.sdp)
            live, since = await self._session(room, request)
        except BaseException:
            self.board.hang_up(entry.number)
            raise
        finally:
            self.coming.discard(room)
        self._begin(entry, live, since)
        return entry, sdp.answer(offer, answer, self.settings.announced_address)

    def find(self, id: str) -> Entry | None:
        self._tidy()
        return self.entries.get(id)

    def trickle(self, entry: Entry, fragment: sdp.Fragment) -> None:
        """More addresses of a publisher. Raises BadOffer."""
        known = ({entry.offer.ufrag}, {entry.offer.password})
        if not (set(fragment.ufrags) <= known[0] and set(fragment.passwords) <= known[1]):
            raise BadOffer(422, "no_restart", "ICE cannot be begun again in this call")
        self.board.trickle(entry.number, fragment)

    async def end(self, entry: Entry) -> None:
        """The publisher hangs up; the last of it is said, if there is time."""
        self._forget(entry)
        await entry.call.end()

    async def close(self) -> None:
        """All of them end, at once."""
        for entry in list(self.entries.values()):
            entry.call.hang_up("server_stopped")
        await self.board.close()

    def _admit(self, room: str) -> None:
        """Raises Busy, Full."""
        if room in self.coming or not self._free(self.rooms.get(room)):
            raise Busy
        if self.registry.stopping.is_set() or self.board.calls >= self.settings.max_calls:
            self.metrics.refused.labels("calls").inc()
            raise Full

    def _free(self, present: Entry | None) -> bool:
        """Whether nobody publishes, or somebody who has been silent for a while: that a connection
        is gone is noticed only after half a minute."""
        if present is None or present.call.lost is not None:
            return True
        live = present.call.live
        over = live is not None and live.finished
        return over or self.clock() - present.call.sign >= FRESH

    def _entry(self, room: str, offer: sdp.Offer, request: Request) -> Entry:
        """A call that has no session yet."""
        call = Call(
            request,
            lambda message, caption: self.board.tell(number, message, caption),
            self.settings.linger,
            self.clock,
        )
        number = self.board.reserve(call.bring)
        tag = f'"{secrets.token_hex(8)}"'
        return Entry(secrets.token_urlsafe(16), tag, number, room, call, offer)

    async def _session(self, room: str, request: Request) -> tuple[LiveSession, float | None]:
        """One that waits for its publisher, and when it was last heard; or a new one."""
        live = self._waiting(room)
        if live is None:
            return await self.registry.begin(request, PROTOCOL), None
        present = self.rooms.get(room)
        up = present.call.up if present else None
        if up and up.live is live and up.heard is not None:
            return live, up.heard
        return live, self._when(live)

    def _waiting(self, room: str) -> LiveSession | None:
        """Of this server, also one that a start has taken up again."""
        for live in self.registry.running.values():
            ours = live.header.protocol == PROTOCOL and live.header.request.room == room
            goes_on = live.intake.received or live.holding.holder  # else it is being erased
            if ours and goes_on and not live.finished:
                return live
        return None

    def _when(self, live: LiveSession) -> float:
        """When a session was last heard of which only the journal is known."""
        until = live.header.begun / 1000 + live.intake.received / live.intake.pace
        return self.clock() - max(0.0, time.time() - until)

    def _begin(self, entry: Entry, live: LiveSession, since: float | None) -> None:
        """The call has its session from now on, and the room is its own."""
        present = self.rooms.get(entry.room)
        if present and present.call.live is live:
            self._forget(present)
        entry.call.take(live, since)
        self.entries[entry.id] = self.rooms[entry.room] = entry
        self.group.create_task(self._run(entry, live))

    async def _run(self, entry: Entry, live: LiveSession) -> None:
        call = entry.call
        with self.registry.working(), self.metrics.calls.track_inprogress():
            try:
                await call.run()
            except Exception as error:
                log.error("call failed", session=live.id, exc_info=error)
            finally:
                entry.over = self.clock()
                call.hang_up("hung up")
                self.board.hang_up(entry.number)
        log.info("call over", session=live.id, why=call.lost)
        if not (live.intake.received or live.finished or live.holding.holder):
            await self._erase(entry, live)

    async def _erase(self, entry: Entry, live: LiveSession) -> None:
        """A session in which nothing was ever heard does not stay."""
        self._forget(entry)
        storage, now = self.registry.parts.storage, datetime.now(UTC)
        with suppress(StorageError, OSError):
            if record := await storage.sessions.get(OWNER, live.id):
                await erase(self.registry, record, OWNER, "nothing was heard", now)

    def _forget(self, entry: Entry) -> None:
        self.entries.pop(entry.id, None)
        if self.rooms.get(entry.room) is entry:
            del self.rooms[entry.room]

    def _tidy(self) -> None:
        """What is over, and would not go on, is not known any more; but a publisher who heard the
        end may hang up after it."""
        for entry in list(self.entries.values()):
            live, over = entry.call.live, entry.over
            if over is None or live is None or not live.finished:
                continue
            if live.why != "ended" or self.clock() - over >= THANKS:
                self._forget(entry)

    def _lost(self) -> None:
        for entry in self.entries.values():
            entry.call.hang_up("media process ended")

    def _plan(self) -> Plan:
        ours = self.settings
        return Plan(ours.min_port, ours.max_port, ours.loopback, CONNECT)


@asynccontextmanager
async def calling(registry: Registry) -> AsyncIterator[Calls]:
    """Its calls end before it does, and its process with them. Raises BadSettings."""
    key = await asyncio.to_thread(_key, registry.parts.settings.webrtc.turn_key_file)
    async with asyncio.TaskGroup() as group:
        calls = Calls(registry, key, group, time.monotonic)
        try:
            yield calls
        finally:
            await calls.close()


def _key(file: Path | None) -> bytes | None:
    try:
        return file.read_bytes().strip() if file else None
    except OSError as error:
        raise BadSettings(f"webrtc.turn_key_file: {error}") from None
