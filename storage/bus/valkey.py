"""The bus of several nodes, by a Valkey or Redis server (7.0 or later). Starts no server.

A numbered message is kept in a stream, whose ids are the numbers, and said by pub/sub, both in
one script; a subscriber hears pub/sub and fills what it missed from the stream. One connection
listens for all subscribers of this process.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from storage.bus.fanout import Fanout, Subscription
from storage.bus.port import KEPT, KEPT_FOR, AtOnce, Message, Place
from storage.errors import Unavailable

PATIENCE = 1.0  # seconds for a call, its connection included
QUIET = 5.0  # seconds without a message until the server is asked whether it is there
RETRY_MOST = 2.0  # seconds between two attempts to listen again
PREFIX = "captionflow:"
ALIVE = f"{PREFIX}alive"  # always listened to: a connection that listens to nothing cannot wait

PUBLISH = """
local said = redis.call('GET', KEYS[2])
if said and tonumber(ARGV[2]) < tonumber(said) then return 0 end
local number = tonumber(ARGV[4])
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last then number = math.max(number, tonumber(string.match(last[1], '^%d+')) + 1) end
local id = string.format('%.0f', number)
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[5], id .. '-0', 'd', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[6])
return redis.call('PUBLISH', KEYS[1], id .. ':' .. ARGV[1])
"""

TAKE = """
local taken = tonumber(redis.call('GET', KEYS[1]) or '0')
if taken + tonumber(ARGV[1]) > tonumber(ARGV[2]) then return 0 end
redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
"""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def valkey_bus(url: str, connections: int = 8) -> AsyncIterator["ValkeyBus"]:
    """Listens while inside; the server may come later.

    url: redis://..., rediss://... or unix://path.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=PATIENCE,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),  # who calls is told at once; who listens tries again below
    )
    client = Redis(connection_pool=pool)
    bus = ValkeyBus(client)
    listening = asyncio.create_task(bus.listen(), name="bus")
    try:
        yield bus
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await client.aclose()
        await pool.disconnect()


class ValkeyBus:
    """The port `Bus`. Made by `valkey_bus`."""

    def __init__(self, client: Redis) -> None:
        self.dropped = 0
        self._client = client
        self._fanout = Fanout()
        self._publish = client.register_script(PUBLISH)
        self._take = client.register_script(TAKE)
        self._ears: PubSub | None = None  # None: away

    async def publish(self, channel: str, data: bytes, place: Place | None = None) -> int | None:
        key = PREFIX + channel
        try:
            if place is None:
                return int(await _soon(self._client.publish(key, b":" + data)))
            span: list[bytes | int] = [data, place.begin, place.end, place.number]
            said = f"{key}:said:{place.source}"
            return int(await _soon(self._publish(keys=[key, said], args=[*span, KEPT, KEPT_FOR])))
        except Unavailable:
            self.dropped += 1
            return None

    @asynccontextmanager
    async def subscribe(
        self,
        channel: str,
        after: int | None = None,
        recent: int = 0,
        at_once: AtOnce | None = None,
    ) -> AsyncIterator[AsyncIterator[Message]]:
        subscription = Subscription(channel, after, recent, at_once)
        self._fanout.add(subscription)
        try:
            await self._tell(channel, "subscribe")
            with suppress(TimeoutError):
                await asyncio.wait_for(subscription.begun.wait(), PATIENCE)
            yield subscription
        finally:
            if self._fanout.remove(subscription):
                await self._tell(channel, "unsubscribe")

    async def take(self, key: str, amount: int, most: int, window: float) -> bool:
        arguments = [amount, most, max(1, round(window * 1000))]
        return bool(await _soon(self._take(keys=[f"{PREFIX}take:{key}"], args=arguments)))

    async def listen(self) -> None:
        """Hears for all subscribers until it is cancelled; begins anew whenever it fails."""
        pause = 0.0
        while True:
            try:
                async with self._client.pubsub() as ears:
                    await ears.subscribe(ALIVE)
                    # From here on a new subscriber tells the server itself; the others are told of.
                    self._ears = ears
                    for channel in self._fanout.channels():
                        await ears.subscribe(PREFIX + channel)
                    pause = 0.0
                    await self._hear(ears)
            except (RedisError, OSError, TimeoutError) as error:
                pause = min(max(0.05, 2 * pause), RETRY_MOST)
                log.warning("bus away", error=repr(error))
            finally:
                self._ears = None
            await asyncio.sleep(pause)

    async def _hear(self, ears: PubSub) -> None:
        asked = False
        while True:
            heard = await ears.get_message(timeout=QUIET)
            if heard is None:
                if asked:
                    raise TimeoutError("the server is silent")
                await ears.ping()
            asked = heard is None
            if heard is not None:
                await self._heard(heard)

    async def _heard(self, heard: dict[str, Any]) -> None:
        channel = (heard["channel"] or b"").decode().removeprefix(PREFIX)
        if heard["type"] == "message":
            self._fanout.put(channel, [_message(heard["data"])])
        elif heard["type"] == "subscribe":
            await self._fill(channel)

    async def _fill(self, channel: str) -> None:
        """Gives what was said before the server heard of the subscription, in order.

        What is said meanwhile waits in the connection: this is called by the one that reads it.
        """
        for subscription in self._fanout.of(channel):
            for id, fields in await self._before(channel, subscription):
                subscription.put(Message(int(id.partition(b"-")[0]), fields[b"d"]))
            subscription.begun.set()

    async def _before(self, channel: str, subscription: Subscription) -> list[Any]:
        """What the subscriber hears first, as the stream has it."""
        key = PREFIX + channel
        if subscription.last is not None:
            rows = await _soon(self._client.xrange(key, f"({subscription.last}-0", "+"))
        elif subscription.recent:
            rows = await _soon(self._client.xrevrange(key, count=subscription.recent))
            rows.reverse()
        else:
            rows = []
        found: list[Any] = rows
        return found

    async def _tell(self, channel: str, what: str) -> None:
        """Nothing while the server is away: whoever listens begins with all channels."""
        if self._ears:
            with suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await getattr(self._ears, what)(PREFIX + channel)


def _message(data: bytes) -> Message:
    number, _, rest = data.partition(b":")
    return Message(int(number) if number else None, rest)


async def _soon(call: Awaitable[Any]) -> Any:
    """The answer. Raises Unavailable when it does not come in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await call
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable(f"the bus is away: {error!r}") from None
