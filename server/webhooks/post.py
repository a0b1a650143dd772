"""One request to one receiver: looked up once, checked, sent to the address that was checked.

Keeps no connection: one that was verified for one name must not carry messages to another.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial

import httpx

from server.webhooks.addresses import Address, Forbidden, Target, check, target

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host. Raises OSError."""


class Refused(Exception):
    """The receiver was not told; the message says why, in words for the webhook's owner."""


class Post:
    """Made by `posting`."""

    def __init__(
        self, client: httpx.AsyncClient, resolve: Resolve, timeout: float, allow_private: bool
    ) -> None:
        self._client = client
        self._resolve = resolve
        self._timeout = timeout
        self._allow_private = allow_private

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Returns when the receiver has said 2xx. Raises Refused, within the timeout.

        What the receiver says beyond its status is not read, and redirects are not followed.
        """
        try:
            async with asyncio.timeout(self._timeout):
                to = target(url)
                status = await self._sent(to, await self._checked(to), headers, body)
        except TimeoutError:
            raise Refused(f"no answer in {self._timeout:g} s") from None
        except Forbidden as error:
            raise Refused(str(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Refused(f"not sent: {_words(error)}") from None
        if not 200 <= status < 300:
            raise Refused(f"the receiver said {status}")

    async def _checked(self, to: Target) -> list[Address]:
        try:
            return check(await self._resolve(to.host, to.port), self._allow_private)
        except (OSError, UnicodeError):
            raise Refused("the host's name stands for no address") from None

    async def _sent(
        self, to: Target, addresses: Sequence[Address], headers: Mapping[str, str], body: bytes
    ) -> int:
        """The status that the first address says that can be reached."""
        for at, address in enumerate(addresses, 1):
            try:
                return await self._asked(to, address, headers, body)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if at == len(addresses):
                    raise
        raise Forbidden("the host has no address")

    async def _asked(
        self, to: Target, address: Address, headers: Mapping[str, str], body: bytes
    ) -> int:
        asked = self._client.stream(
            "POST",
            to.at(address),
            content=body,
            headers={**headers, "host": to.authority},
            extensions={"sni_hostname": to.host},
        )
        async with asked as answer:
            return answer.status_code


@asynccontextmanager
async def posting(
    timeout: float,
    lanes: int,
    allow_private: bool,
    *,
    resolve: Resolve | None = None,
    trusted: ssl.SSLContext | None = None,
) -> AsyncIterator[Post]:
    """timeout: seconds for a request, from the look-up of its host on. lanes: look-ups at a time.

    resolve, trusted: the system's unless given.
    """
    threads = ThreadPoolExecutor(lanes, "webhook names")  # a slow name server blocks nobody else
    client = httpx.AsyncClient(
        timeout=httpx.Timeout(timeout, connect=timeout / 3),
        limits=httpx.Limits(max_keepalive_connections=0),
        verify=trusted or ssl.create_default_context(),
        trust_env=False,  # a proxy would look names up itself
        follow_redirects=False,
    )
    try:
        async with client:
            look_up = resolve or partial(_looked_up, threads)
            yield Post(client, look_up, timeout, allow_private)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


async def _looked_up(threads: ThreadPoolExecutor, host: str, port: int) -> Sequence[str]:
    look = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(threads, look)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _words(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__
