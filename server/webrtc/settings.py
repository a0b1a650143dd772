"""What may be chosen for publishers over WebRTC. Values only."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

Url = Annotated[str, Meta(pattern=r"^(stun|stuns|turn|turns):[^\s<>\"]{1,255}$")]
Port = Annotated[int, Meta(ge=0, le=65_535)]


class WebrtcSettings(Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool = True  # False: every request for WHIP gets 404
    max_calls: Annotated[int, Meta(ge=1, le=1000)] = 32  # publishers at once; more get 503
    linger: Annotated[float, Meta(ge=0, le=600)] = 30.0  # seconds a room waits for its publisher
    ice_servers: tuple[Url, ...] = ()  # told to publishers; a TURN server gets credentials
    turn_key_file: Path | None = None  # what coturn has as `static-auth-secret`
    turn_ttl: Annotated[int, Meta(ge=60, le=604_800)] = 43_200  # seconds such credentials hold
    # in place of this machine's own addresses, where a router maps one to the other
    announced_address: Annotated[str, Meta(pattern=r"^[0-9A-Fa-f.:]{2,45}$")] | None = None
    min_port: Port = 0  # UDP ports that media may come to; 0: any
    max_port: Port = 0
    loopback: bool = False  # whether publishers on this machine are reached at 127.0.0.1
