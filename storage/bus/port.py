"""What is needed of a bus between nodes: captions, wake-ups and shared limits. Promises only.

A bus may forget and may be away: nothing is only here. What must survive is in a journal.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from msgspec import Struct

from storage.errors import StorageError

KEPT = 1_000  # numbered messages of a channel that stay for who comes later, at least
KEPT_FOR = 86_400  # seconds after its last message that a channel is forgotten
BUFFER = KEPT + 500  # messages that may wait for one subscriber: all that is kept, and more


class Lagging(StorageError):
    """The subscriber was too slow and was cut off; it may subscribe again after what it has."""


class Message(Struct, frozen=True):
    """seq: its number in the channel; None: only for who listened when it was said."""

    seq: int | None
    data: bytes


AtOnce: TypeAlias = Callable[[Message], bool]
"""Told of a message at once, where nothing is waited for; False when it could not take it."""


class Place(Struct, frozen=True):
    """Where a message that is kept stands: what its source says between `begin` and `end`.

    source: whose words they are; a channel may have several. begin, end: on the source's own
    clock, whole numbers from 0. number: the one it would like to have in the channel, from 1.
    """

    source: str
    begin: int
    end: int
    number: int


class Bus(Protocol):
    @property
    def dropped(self) -> int:
        """Messages that were published while the bus was away, and are lost."""
        ...

    async def publish(self, channel: str, data: bytes, place: Place | None = None) -> int | None:
        """Says it to all who listen, and keeps it if it has a place.

        Its number is the one it would like, or the first that is still greater than all before.
        One that begins before the end of what its source has said in the channel is a repetition
        and is ignored, so a message may be told twice, and told again by who takes a source over.

        Returns how many listen (nodes, not subscribers, where there are several), 0 for a
        repetition; None when the message is dropped as the bus is away, known in a second or so.
        """
        ...

    def subscribe(
        self,
        channel: str,
        after: int | None = None,
        recent: int = 0,
        at_once: AtOnce | None = None,
    ) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        """First what is kept with numbers beyond `after`, or if that is None the last `recent`
        that are kept; then what comes.

        Entered when nothing said from then on is missed, or at once while the bus is away; then,
        and whenever it was away, it goes on with what is kept beyond the last number seen.
        at_once: asked first while nothing waits in the iterator, which then has only what it did
        not take. Thousands of subscribers need no turn of the loop each for a message.
        The iterator never ends by itself; it raises Lagging.
        """
        ...

    async def take(self, key: str, amount: int, most: int, window: float) -> bool:
        """Whether `amount` more makes no more than `most` in the window of so many seconds.

        If not, nothing is counted. A window begins with the first that is taken in it.
        Raises Unavailable when the bus is away; whoever limits decides what that means.
        """
        ...
