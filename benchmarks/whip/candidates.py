"""The addresses in a session description, read and replaced. Pure.

Only what ICE over UDP and IPv4 needs; the rest of the description is left as it is.
"""

from typing import NamedTuple

BEGIN = "a=candidate:"
MEDIA = "m="


class Address(NamedTuple):
    host: str
    port: int


class NoAddress(Exception):
    """The description has no candidate that a relay could stand before."""


def first(sdp: str) -> Address:
    """Of the first host candidate over UDP and IPv4. Raises NoAddress."""
    for line in sdp.splitlines():
        if (found := _address(line)) is not None:
            return found
    raise NoAddress("no host candidate over UDP and IPv4 in the description")


def moved(sdp: str, to: Address) -> str:
    """The description with one candidate in each section that had any: `to`."""
    lines: list[str] = []
    done = False
    for line in sdp.splitlines():
        done = done and not line.startswith(MEDIA)
        if not line.startswith(BEGIN):
            lines.append(line)
        elif not done and _address(line) is not None:
            done = True
            foundation, component, protocol, priority, _, _, *rest = line.split()
            head = (foundation, component, protocol, priority)
            lines.append(" ".join((*head, to.host, str(to.port), *rest)))
    return "\r\n".join((*lines, ""))


def _address(line: str) -> Address | None:
    if not line.startswith(BEGIN):
        return None
    _, _, protocol, _, host, port, _, kind, *_ = line.split()
    usable = protocol.lower() == "udp" and kind == "host" and host.count(".") == 3
    return Address(host, int(port)) if usable else None
