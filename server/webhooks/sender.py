"""Takes deliveries that are due and sends them, many receivers at a time. Adds none.

One delivery of a webhook is under way here at a time, so a receiver that is slow or away holds up
nobody but itself. A delivery is given at least once: who is stopped leaves it to be sent again.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec

from server.logs import logger
from server.webhooks.post import Post, Refused, posting
from server.webhooks.settings import WebhookSettings
from server.webhooks.signing import headers, key_of
from storage.errors import StorageError
from storage.open import Storage
from storage.records import Delivery

log = logger("webhooks")

EVERY = 1.0  # seconds between two looks at what is due
SPARE = 30.0  # seconds after the end of an attempt until another may begin, if nothing is noted
ABOUT = {"content-type": "application/json", "user-agent": "CaptionFlow-Webhooks/1"}

Clock = Callable[[], datetime]


class Sender:
    def __init__(
        self,
        storage: Storage,
        post: Post,
        settings: WebhookSettings,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        """jitter: draws from 0..1."""
        self._storage = storage
        self._post = post
        self._settings = settings
        self._clock = clock
        self._jitter = jitter
        self._under_way: dict[str, asyncio.Task[None]] = {}  # by webhook
        self._freed = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. While the database is away nothing is sent."""
        while True:
            self._freed.clear()
            with suppress(StorageError):
                await self.take()
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._freed.wait()

    async def take(self) -> int:
        """Begins as many of those that are due as may be under way; how many."""
        free = self._settings.concurrency - len(self._under_way)
        if free <= 0:
            return 0
        now = self._clock()
        until = now + timedelta(seconds=self._settings.timeout + SPARE)
        due = await self._storage.deliveries.claim(now, until, free, sorted(self._under_way))
        for delivery in due:
            task = asyncio.create_task(self._deliver(delivery), name=f"delivery {delivery.id}")
            self._under_way[delivery.webhook] = task
            task.add_done_callback(partial(self._ended, delivery.webhook))
        return len(due)

    async def idle(self) -> None:
        """Returns when nothing is under way."""
        while tasks := list(self._under_way.values()):
            await asyncio.wait(tasks)

    async def stop(self) -> None:
        """What is under way is cut off, and sent again by whoever is next."""
        for task in self._under_way.values():
            task.cancel()
        await self.idle()

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            refused = await self._refused(delivery)
            await self._note(delivery, refused)
        except StorageError as error:  # it is due again when its time is over
            log.warning("delivery not noted", delivery=delivery.id, error=str(error))

    def _ended(self, webhook: str, _: "asyncio.Task[None]") -> None:
        del self._under_way[webhook]
        self._freed.set()

    async def _refused(self, delivery: Delivery) -> str | None:
        """Sends it; None when the receiver has taken it, else why not."""
        try:
            body = msgspec.json.encode(delivery.body)
            key = key_of(self._storage.secret, delivery.webhook)
            signed = headers(key, delivery.body["id"], body, self._clock())
            await self._post.send(delivery.url, {**ABOUT, **signed}, body)
        except Refused as refused:
            return str(refused)
        except Exception as error:  # of this one alone; the others go on
            log.error("delivery failed", delivery=delivery.id, exc_info=error)
            return "an internal error"
        return None

    async def _note(self, delivery: Delivery, refused: str | None) -> None:
        now = self._clock()
        if refused is None:
            await self._storage.deliveries.done(delivery.id, now)
            return
        again = await self._storage.deliveries.failed(delivery, refused, now, self._jitter())
        facts = {"attempts": delivery.attempts, "again": again, "error": refused}
        log.info("delivery refused", delivery=delivery.id, **facts)


def utc() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def sending(
    storage: Storage, settings: WebhookSettings, clock: Clock = utc
) -> AsyncIterator[Sender]:
    """Sends while inside."""
    lanes, private = settings.concurrency, settings.allow_private
    async with posting(settings.timeout, lanes, private) as post:
        sender = Sender(storage, post, settings, clock, random.random)
        running = asyncio.create_task(sender.run(), name="webhooks")
        try:
            yield sender
        finally:
            running.cancel()
            await asyncio.wait([running])
            await sender.stop()
