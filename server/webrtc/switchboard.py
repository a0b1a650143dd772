"""Calls by the numbers that the process of media knows them by: answered, told, hung up.

Whose they are, and what is said in them, is the business of others.
"""

import asyncio
from collections.abc import Callable
from itertools import count

from server.metrics import Metrics
from server.webrtc.inbox import Brought
from server.webrtc.messages import (
    Answered,
    Hang,
    Offer,
    Plan,
    Pong,
    Refused,
    Report,
    Tally,
    Tell,
    Trickle,
)
from server.webrtc.process import Away, Media
from server.webrtc.sdp import Fragment
from server.webrtc.sections import BadOffer

ANSWER = 5.0  # seconds for an answer to an offer


class Unanswered(Exception):
    """The process of media is not there, or does not answer in time."""


class Switchboard:
    def __init__(self, plan: Plan, metrics: Metrics, lost: Callable[[], None]) -> None:
        """lost: called when the process has ended, and all connections with it."""
        self.media = Media(plan, self._heard, self._gone)
        self.metrics = metrics
        self.lost = lost
        self.numbers = count(1)
        self.listening: dict[int, Callable[[Brought], None]] = {}
        self.answers: dict[int, asyncio.Future[str]] = {}

    @property
    def calls(self) -> int:
        """How many have a connection, or are about to."""
        return len(self.listening)

    def reserve(self, bring: Callable[[Brought], None]) -> int:
        """A number for a call. bring: told what is reported of it, until it is hung up."""
        number = next(self.numbers)
        self.listening[number] = bring
        return number

    async def answer(self, number: int, offer: str) -> str:
        """Raises Unanswered, BadOffer."""
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.answers[number] = future
        try:
            link = await self.media.ready()
            async with asyncio.timeout(ANSWER):
                if not link.send(Offer(number, offer)):
                    raise Unanswered("the process of media takes no more")
                return await future
        except Away as away:
            raise Unanswered(str(away)) from None
        except TimeoutError:
            raise Unanswered(f"no answer within {ANSWER:g} s") from None
        finally:
            del self.answers[number]

    def tell(self, number: int, message: bytes, caption: int | None) -> None:
        """caption: the utterance of which the message is one."""
        self._send(Tell(number, message.decode(), caption))

    def trickle(self, number: int, fragment: Fragment) -> None:
        self._send(Trickle(number, fragment.candidates, fragment.last))

    def hang_up(self, number: int) -> None:
        """There is no such call any more."""
        if self.listening.pop(number, None):
            self._send(Hang(number))

    async def close(self) -> None:
        await self.media.close()

    def _send(self, order: Tell | Trickle | Hang) -> None:
        if self.media.link is not None:
            self.media.link.send(order)

    def _heard(self, report: Report) -> None:
        match report:
            case Answered(number, text):
                self._resolve(number, text)
            case Refused(number, reason):
                refused = BadOffer(400, "bad_sdp", f"the offer cannot be answered: {reason}")
                self._resolve(number, refused)
            case Tally(_, heard, lost, late):
                for name, packets in (("heard", heard), ("lost", lost), ("late", late)):
                    self.metrics.packets.labels(name).inc(packets)
            case Pong():
                pass
            case _ if bring := self.listening.get(report.call):
                bring(report)

    def _resolve(self, number: int, outcome: str | Exception) -> None:
        future = self.answers.get(number)
        if future is None or future.done():
            return
        if isinstance(outcome, str):
            future.set_result(outcome)
        else:
            future.set_exception(outcome)

    def _gone(self) -> None:
        for number in list(self.answers):
            self._resolve(number, Unanswered("the process of media has ended"))
        self.lost()
