import asyncio
import socket

import pytest

from server.webrtc.ports import Ports


def free() -> int:
    """The first of three ports that nobody has."""
    for port in range(45_000, 60_000, 3):
        taken = []
        try:
            for each in range(port, port + 3):
                taken.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                taken[-1].bind(("127.0.0.1", each))
            return port
        except OSError:
            continue
        finally:
            for each_socket in taken:
                each_socket.close()
    raise AssertionError("no ports")


async def opened(count: int) -> list[int]:
    """Ports of so many sockets that are open at the same time."""
    loop = asyncio.get_running_loop()
    transports = []
    try:
        for _ in range(count):
            made, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
            )
            transports.append(made)
        return [each.get_extra_info("sockname")[1] for each in transports]
    finally:
        for each in transports:
            each.close()


def test_sockets_get_ports_of_the_range_and_no_others() -> None:
    first = free()
    ports = range(first, first + 3)
    with asyncio.Runner(loop_factory=lambda: Ports(ports)) as runner:
        assert sorted(runner.run(opened(3))) == list(ports)
        assert len(runner.run(opened(2))) == 2
        with pytest.raises(OSError, match=f"{first} to {first + 2}"):
            runner.run(opened(4))


def test_without_a_range_any_port_will_do() -> None:
    with asyncio.Runner(loop_factory=lambda: Ports(range(0))) as runner:
        assert len(set(runner.run(opened(5)))) == 5
