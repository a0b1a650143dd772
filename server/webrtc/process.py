"""The process of media, from the server's side: started when the first publisher comes, watched,
ended with the server. Of calls it knows nothing but that all of them are lost with it.
"""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import av
import msgspec

from server.logs import logger
from server.webrtc.link import Link
from server.webrtc.messages import Ping, Plan, Pong, Report, reports

START = 20.0  # seconds in which the process has to answer for the first time
PING = 5.0  # seconds between two questions whether it is alive
STUCK = 20.0  # seconds without an answer after which it is ended
GOODBYE = 3.0  # seconds that it gets to end its calls
SAID = 2000  # bytes of its standard error that are kept

PLACES = (Path(__file__).parents[2], Path(av.__file__).parents[1])
"""Where the child finds the code it needs."""

log = logger("webrtc")


class Away(Exception):
    """There is no process of media, and none could be started."""


class Media:
    def __init__(
        self, plan: Plan, heard: Callable[[Report], None], gone: Callable[[], None]
    ) -> None:
        """heard: told what it reports. gone: told when it ended, and with it all calls."""
        self.plan = plan
        self.heard = heard
        self.gone = gone
        self.link: Link[Report] | None = None
        self.process: Process | None = None
        self.starting = asyncio.Lock()
        self.answered = asyncio.Event()
        self.living: asyncio.Task[None] | None = None

    async def ready(self) -> Link[Report]:
        """The line to it; it is started if it does not run. Raises Away."""
        async with self.starting:
            if self.link is None:
                await self._start()
            assert self.link is not None
            return self.link

    async def close(self) -> None:
        """It sees that nobody is there any more, and has a moment to end."""
        if self.link is not None:
            self.link.close()
        if self.living is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE):
                    await asyncio.shield(self.living)
            self._kill()
            await self.living

    async def _start(self) -> None:
        if self.living is not None:
            self._kill()
            await self.living
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self.process = await _process(theirs, self.plan)
        except OSError as error:
            ours.close()
            raise Away(f"the process of media cannot be started: {error}") from None
        self.answered.clear()
        link: Link[Report] = Link(reports, self._heard, self._lost)
        self.link = link
        self.living = asyncio.create_task(self._live(self.process, link))
        ours.setblocking(False)
        await asyncio.get_running_loop().connect_accepted_socket(lambda: link, ours)
        link.send(Ping())
        try:
            async with asyncio.timeout(START):
                await self.answered.wait()
        except TimeoutError:
            self._kill()
        if not link.there:
            raise Away("the process of media does not start")

    async def _live(self, process: Process, link: Link[Report]) -> None:
        """To the end of the process, asking now and then whether it is alive."""
        said = asyncio.create_task(_last_words(process))
        asking = asyncio.create_task(self._ask(link))
        try:
            code = await process.wait()
            words = (await said).decode(errors="replace")
            log.info("media process ended", code=code, said=words)
        finally:
            asking.cancel()
            link.close()

    async def _ask(self, link: Link[Report]) -> None:
        while True:
            await asyncio.sleep(PING)
            self.answered.clear()
            link.send(Ping())
            try:
                async with asyncio.timeout(STUCK):
                    await self.answered.wait()
            except TimeoutError:
                log.error("media process does not answer")
                self._kill()

    def _heard(self, report: Report) -> None:
        if isinstance(report, Pong):
            self.answered.set()
        else:
            self.heard(report)

    def _lost(self) -> None:
        self.link = None
        self.answered.set()
        self.gone()

    def _kill(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()


async def _process(line: socket.socket, plan: Plan) -> Process:
    # Isolated, and without the secrets of an environment: it reads what strangers send.
    start = "import sys; sys.path += sys.argv[3:]; from server.webrtc import child; "
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-c", start + "child.main(*sys.argv[1:3])"),
        *(str(os.getpid()), msgspec.json.encode(plan).decode(), *map(str, PLACES)),
        stdin=line.fileno(),
        stdout=DEVNULL,
        stderr=PIPE,
        env={},
        start_new_session=True,  # Ctrl-C is for us, who end it
    )


async def _last_words(process: Process) -> bytes:
    """The end of its standard error, which has to be read or it would stop."""
    assert process.stderr is not None
    said = b""
    while data := await process.stderr.read(SAID):
        said = (said + data)[-SAID:]
    return said
