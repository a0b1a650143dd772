"""Where a webhook may point: rules for URLs and for the addresses that a name stands for. Pure.

An owner chooses the URL, and the request comes from inside our network: so what is not on the
public internet is refused, in every form that IPv6 has for hiding an IPv4 address.
"""

from collections.abc import Sequence
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from msgspec import Struct

LONGEST = 2000  # characters of a URL
PORTS = {"http": 80, "https": 443}

Address = IPv4Address | IPv6Address


class Forbidden(ValueError):
    """Not a place that may be sent to; the message says why."""


class Reach(Enum):
    PUBLIC = "public"
    PRIVATE = "private"  # allowed by a setting
    NEVER = "never"


NEVER = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this machine, to some systems
            "168.63.129.16/32",  # Azure's metadata, though a public address
            "100.100.100.200/32",  # Alibaba's
            "fd00:ec2::/32",  # Amazon's
            "192.88.99.0/24",  # relays of 6to4
            "2002::/16",  # 6to4: an IPv4 address inside
            "2001::/32",  # Teredo: the same
            "fec0::/10",  # site-local, which is no more
            "3fff::/20",  # for documentation; Python before 3.13 does not know
        ),
    )
)
WRAPS = tuple(
    map(
        ip_network,
        (
            "::ffff:0:0/96",  # IPv4-mapped
            "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
            "64:ff9b::/96",  # NAT64, RFC 6052
        ),
    )
)
"""Networks whose last 32 bits are the IPv4 address that is really asked."""


class Target(Struct, frozen=True):
    """A URL, taken apart. host: a name or an address, without brackets."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = _bracketed(self.host)
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, address: Address) -> str:
        """The URL for one address of the host."""
        return f"{self.scheme}://{_bracketed(str(address))}:{self.port}{self.path}"


def target(url: str) -> Target:
    """Raises Forbidden."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or set(url) & set(' "<>\\'):
        raise Forbidden(f"not a URL of at most {LONGEST} plain ASCII characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Forbidden(f"not a URL: {error}") from None
    if parts.scheme not in PORTS:
        raise Forbidden("only http and https are spoken")
    if parts.username is not None or parts.password is not None:
        raise Forbidden("no name or password may be in the URL")
    if not host or "%" in host:
        raise Forbidden("there is no host in the URL")
    if parts.fragment or port == 0:
        raise Forbidden("no fragment and no port 0 may be in the URL")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(url, parts.scheme, host, port or PORTS[parts.scheme], path)


def chosen(url: str, allow_private: bool) -> Target:
    """A URL that an owner wants to be told at; its name is looked up when there is something to
    tell. Raises Forbidden."""
    to = target(url)
    if to.host == "localhost" or to.host.endswith(".localhost"):
        check(["127.0.0.1"], allow_private)
    try:
        literal = ip_address(to.host)
    except ValueError:
        return to
    check([str(literal)], allow_private)
    return to


def check(addresses: Sequence[str], allow_private: bool) -> list[Address]:
    """All the addresses of a host, if every one of them may be sent to. Raises Forbidden.

    One bad one among good ones is enough: which is taken might be up to whoever answers.
    """
    found = [ip_address(address) for address in addresses]
    if not found:
        raise Forbidden("the host has no address")
    for address in found:
        reach = reach_of(address)
        if reach is Reach.NEVER or (reach is Reach.PRIVATE and not allow_private):
            raise Forbidden("the host is not on the public internet")
    return found


def reach_of(address: Address) -> Reach:
    """Whose it is, by its own form or by the IPv4 address in it."""
    if isinstance(address, IPv6Address) and any(address in net for net in WRAPS):
        return reach_of(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.is_loopback:
        return Reach.PRIVATE
    odd = address.is_link_local or address.is_multicast or address.is_reserved
    if odd or address.is_unspecified or any(address in net for net in NEVER):
        return Reach.NEVER
    return Reach.PUBLIC if address.is_global else Reach.PRIVATE


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
