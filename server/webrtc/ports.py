"""A loop that opens UDP sockets on ports of a range, for networks that let only those through."""

import asyncio
from contextlib import suppress
from typing import Any


class Ports(asyncio.SelectorEventLoop):
    def __init__(self, ports: range) -> None:
        super().__init__()
        self.ports = ports
        self.turn = 0

    async def create_datagram_endpoint(self, *args: Any, **options: Any) -> Any:
        host, port = options.get("local_addr") or (None, None)
        if port != 0 or not self.ports:
            return await super().create_datagram_endpoint(*args, **options)
        for _ in self.ports:
            self.turn = (self.turn + 1) % len(self.ports)
            options["local_addr"] = (host, self.ports[self.turn])
            with suppress(OSError):  # taken, by another call most likely
                return await super().create_datagram_endpoint(*args, **options)
        raise OSError(f"none of the ports {self.ports[0]} to {self.ports[-1]} is free")
