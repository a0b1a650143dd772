"""What an operator may choose, read once from a TOML file and the environment.

Nothing here opens or starts anything. Every field is listed in README.md.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta, Struct

from inference.settings import ModelSettings
from inference.types import SAMPLE_RATE
from server.rooms.settings import RoomSettings
from server.uploads.settings import UploadSettings
from server.webhooks.settings import WebhookSettings
from server.webrtc.settings import WebrtcSettings
from server.work.settings import WorkSettings
from storage.settings import StorageSettings
from streaming.settings import Policy

PREFIX = "CAPTIONFLOW_"
ELSEWHERE = {"CAPTIONFLOW_CACHE"}  # read where they are used
LISTS = {"ice_servers"}  # fields of several words

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Count = Annotated[int, Meta(ge=1)]
Span = Annotated[int, Meta(ge=0, le=100 * 366 * 86_400)]
Length = Annotated[int, Meta(ge=32, le=30_000)]
"""Milliseconds of audio: from one frame to what the model hears at most."""


class BadSettings(Exception):
    """A setting that is unknown or has no possible value; the message names it."""


class ServerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"  # address to listen on
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8000  # 0: any free port, printed when ready
    # this server as clients reach it, for signed uploads; None: as their request has it
    public_url: Annotated[str, Meta(pattern=r"^https?://[^/?#\s]+(/[^?#\s]*)?$")] | None = None
    max_sessions: Count = 64  # live sessions at once; more are refused with close code 1013
    hello_timeout: Seconds = 5.0  # seconds a connection may stay silent before its hello
    idle_timeout: Seconds = 30.0  # seconds without audio, message or ping before close code 4408
    send_timeout: Seconds = 10.0  # seconds a client may leave a message unread
    max_ahead: Count = 30  # seconds of audio a client may send beyond what was acknowledged
    model_timeout: Seconds = 60.0  # seconds an answer of the model is waited for
    drain_timeout: Seconds = 30.0  # seconds running sessions get to end when the server stops
    linger: Seconds = 60.0  # seconds a session waits for its client to come back
    node: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]{1,80}$")] | None = None  # None: made, kept
    lease: Annotated[float, Meta(gt=1, le=3600)] = 20.0  # seconds until a dead node's sessions go
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"  # "json", or "console" for reading along


class StreamingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """All times in milliseconds."""

    look_every: Length = 300  # new audio before the next caption refresh
    first_look: Length = 500  # speech before the first caption
    look_window: Length = 9000  # a refresh hears at most about this much
    anchor: Length = 3000  # committed speech that a refresh begins with
    endpoint: Length = 500  # pause that ends an utterance, unless the client says otherwise
    early: Annotated[int, Meta(ge=0, le=30_000)] = (
        200  # pause that begins the closing pass; 0: none
    )
    spare: Length = 500  # it does so while captions are answered in less than this
    pre_roll: Length = 300  # audio kept from before speech was noticed
    post_roll: Length = 200  # audio kept after speech was over
    longest: Annotated[int, Meta(ge=5000, le=28_000)] = 24_000  # an utterance is cut here

    def policy(self) -> Policy:
        lengths = {
            name: milliseconds * SAMPLE_RATE // 1000
            for name, milliseconds in msgspec.structs.asdict(self).items()
        }
        return Policy(**{**lengths, "early": lengths["early"] or None})


class RetentionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """All times in seconds. The first three from when a session is ready; 0: nothing beyond
    delivery."""

    editing: Span = 45 * 60  # segments may be corrected
    recording: Span = 48 * 3600  # the recording is kept
    transcript: Span = 30 * 86_400  # the transcript is kept
    jobs: Span = 30 * 86_400  # jobs that have ended are shown
    deliveries: Span = 7 * 86_400  # what webhooks were told, or could not be, is shown
    audit: Span = 400 * 86_400  # it is known what was deleted, and by whom
    leftovers: Annotated[int, Meta(ge=60, le=30 * 86_400)] = 86_400  # what no row knows may stay
    sweep_every: Annotated[float, Meta(gt=0, le=600)] = 60.0  # seconds between two passes


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    storage: StorageSettings
    server: ServerSettings = ServerSettings()
    model: ModelSettings = msgspec.field(default_factory=ModelSettings)
    streaming: StreamingSettings = StreamingSettings()
    retention: RetentionSettings = RetentionSettings()
    webhooks: WebhookSettings = WebhookSettings()
    uploads: UploadSettings = UploadSettings()
    work: WorkSettings = WorkSettings()
    rooms: RoomSettings = RoomSettings()
    webrtc: WebrtcSettings = WebrtcSettings()


def load(
    file: Path | None, environment: Mapping[str, str], overrides: Mapping[str, Mapping[str, Any]]
) -> Settings:
    """The settings of a file, over them the environment's, over them those given.

    Environment: CAPTIONFLOW_<SECTION>_<FIELD>, and DATABASE_URL. Raises BadSettings.
    """
    sections: dict[str, dict[str, Any]] = {"storage": {"data_dir": str(default_data_dir())}}
    for source in (_file(file), _environment(environment), overrides):
        for section, fields in source.items():
            if not isinstance(fields, Mapping):
                raise BadSettings(f"unknown setting {section!r}")
            sections.setdefault(section, {}).update(fields)
    try:
        return msgspec.convert(sections, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise BadSettings(str(error)) from None


def _fields(section: str) -> tuple[str, ...]:
    hints = get_type_hints(Settings)
    return hints[section].__struct_fields__ if section in hints else ()


def default_data_dir() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "captionflow"


def _path(kind: type, value: Any) -> Path:
    """Files and the environment can only give text."""
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise ValueError(f"not a path: {value!r}")


def _file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"{file}: {error}") from None


def _environment(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or name in ELSEWHERE:
            continue
        section, _, field = name.removeprefix(PREFIX).lower().partition("_")
        if field not in _fields(section):
            raise BadSettings(f"unknown setting {name} in the environment")
        found.setdefault(section, {})[field] = value.split() if field in LISTS else value
    if url := environment.get("DATABASE_URL"):
        found.setdefault("storage", {})["database_url"] = url
    return found
