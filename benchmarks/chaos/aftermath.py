"""What is left when all is over: waits for it, fetches it, and has it judged session by session."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from benchmarks.chaos import kept, talk
from benchmarks.chaos.caller import Log
from benchmarks.chaos.verdict import Recording, Verdict, judge, matched, stray
from storage.journal.reader import sessions
from storage.settings import StorageSettings

LAST = 120.0  # seconds that sessions get to come to their end
LOOK = 0.1  # seconds between two looks whether they have
DOWNLOADS = 4  # at a time


class Talked(Struct, frozen=True):
    """A session as its client knows it. name, seconds: its talk is made again from these."""

    name: str
    seconds: float
    log: Log

    def talk(self) -> talk.Talk:
        return talk.make(self.name, self.seconds)


class Aftermath(Struct, frozen=True):
    """verdicts: by the id of the session. strays: how many of these no client was welcomed to."""

    verdicts: dict[str, Verdict]
    strays: int
    faults: tuple[str, ...]


async def settled(data: Path) -> set[str]:
    """Waits until the server has nothing left to do for any session; the journals that are left
    anyway."""
    folder = data / "journal"
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LAST
    while (left := await sessions(folder, None)) and loop.time() < deadline:
        await asyncio.sleep(LOOK)
    return left


async def recordings(url: str, talked: Sequence[Talked]) -> dict[str, Recording | None]:
    """What is downloaded, against what was said; by the id of the session."""
    found: dict[str, Recording | None] = {}
    waiting = iter([one for one in talked if one.log.session])

    async def some(todo: Iterator[Talked]) -> None:
        for one in todo:
            samples = await kept.recording(url, one.log.session)
            found[one.log.session] = None if samples is None else matched(one.talk(), samples)

    await asyncio.gather(*(some(waiting) for _ in range(DOWNLOADS)))
    return found


async def judged(
    storage: StorageSettings,
    talked: Sequence[Talked],
    found: dict[str, Recording | None],
    left: set[str],
) -> Aftermath:
    """After the server has stopped."""
    rows = await kept.rows(storage)
    verdicts: dict[str, Verdict] = {}
    faults = [f"the journal of {id} is left" for id in sorted(left)]
    for one in talked:
        id = one.log.session
        if id in rows:
            verdicts[id] = judge(one.talk(), one.log, rows[id].kept(found[id]))
        else:
            faults.append(f"no row of session {id or '(never welcomed)'}")
    strays = [id for id in rows if id not in verdicts]
    verdicts |= {id: stray(rows[id].kept(None)) for id in strays}
    faults += [f"{id}: {fault}" for id, verdict in verdicts.items() for fault in verdict.faults]
    return Aftermath(verdicts, len(strays), tuple(faults))
