"""What an operator may choose about files that are taken in. Values only."""

from typing import Annotated

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=1)]


class UploadSettings(Struct, frozen=True, forbid_unknown_fields=True):
    max_bytes: Count = 4 << 30  # of one file
    max_seconds: Count = 6 * 3600  # of audio in it
    max_channels: Annotated[int, Meta(ge=1, le=64)] = 8
    ttl: Annotated[int, Meta(ge=60, le=7 * 86_400)] = 3600  # seconds an announced file may take
    silence: Annotated[float, Meta(gt=0, le=3600)] = 30.0  # seconds without a byte of it
    at_once: Count = 16  # files that are being received; each takes up to 24 MiB of memory
    probes: Count = 2  # files that are looked into at once, each in a process of its own
    max_waiting: Count = 1000  # jobs of one owner in one queue
    watchers: Count = 256  # connections that follow jobs
