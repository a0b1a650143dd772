"""What a client may ask for with a file, checked against what this server can do. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from inference.models import Model
from inference.types import Task
from storage.records import Retention

MAX_HOTWORDS = 100
MAX_TOLD = 100  # characters of a name that is told back
ENGLISH = frozenset({"en"})
CODE = re.compile("[a-z]{2,3}")

Hotword = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
Span = Annotated[int, Meta(ge=0, le=100 * 366 * 86_400)]


class BadWish(Exception):
    """What is asked for is unknown, has no possible value, or is not offered; and its field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Keeping(Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds from when the session is ready; absent: this server's own. hold: both wait."""

    recording: Span | None = None
    transcript: Span | None = None
    hold: bool = False

    @property
    def retention(self) -> Retention:
        return Retention(recording=self.recording, transcript=self.transcript)


class Wishes(Struct, frozen=True, forbid_unknown_fields=True):
    """The options of an upload. language: a code, or "auto"."""

    language: Name | None = None
    model: Name | None = None
    words: bool = True
    task: Task = "transcribe"
    hotwords: Annotated[tuple[Hotword, ...], Meta(max_length=MAX_HOTWORDS)] = ()
    diarize: bool = False
    retention: Keeping = Keeping()


LISTS = ("hotwords",)  # fields of a form that may come several times


def of_form(fields: Sequence[tuple[str, str]]) -> Wishes:
    """From a form's fields, where `retention.hold` is a name. Raises BadWish."""
    found: dict[str, Any] = {}
    for name, value in fields:
        place, _, member = name.partition(".")
        if place in LISTS and not member:
            found.setdefault(place, []).append(value)
            continue
        inner = found.setdefault(place, {}) if member else found
        if not isinstance(inner, dict) or (member or place) in inner:
            raise BadWish(name[:MAX_TOLD], "is there more than once")
        inner[member or place] = value
    try:
        return msgspec.convert(found, Wishes, strict=False)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        unknown = message.partition("unknown field `")[2].rstrip("`")
        place = ".".join(part for part in (where.strip(".`"), unknown) if part)
        raise BadWish(place[:MAX_TOLD] or "form", message) from None


Models = Mapping[str, frozenset[str] | None]
"""Those that are offered, each with the languages that it knows; None: any."""


def checked(wishes: Wishes, models: Models, default: str) -> Wishes:
    """With the model and a plain code of the language filled in; language None: detected.

    Raises BadWish.
    """
    model = wishes.model or default
    if model not in models:
        raise BadWish("model", f"{model!r} is not here; there are {', '.join(sorted(models))}")
    if wishes.diarize:
        raise BadWish("diarize", "speakers are not told apart by this server")
    for word in wishes.hotwords:
        if not word.isprintable() or not word.strip():
            raise BadWish("hotwords", "each has 1 to 64 printable characters")
    return replace(wishes, model=model, language=_language(wishes.language, models[model]))


def stored(wishes: Wishes) -> dict[str, Any]:
    """As the session's record keeps them: what a worker needs. Retention has fields of its own."""
    kept = ("language", "model", "task", "hotwords", "words")
    return {name: value for name, value in asdict(wishes).items() if name in kept}


def offered(own: str, languages: frozenset[str], here: Sequence[Model]) -> Models:
    """The server's own model, whose languages are known for it is loaded, and others on its disk.

    A multilingual one is taken to know what another knows.
    """
    many = languages if len(languages) > 1 else None
    others = {each.name: many if each.multilingual else ENGLISH for each in here}
    return {**others, own: languages}


def _language(language: str | None, known: frozenset[str] | None) -> str | None:
    if language is None or language == "auto":
        return None
    code = language.split("-")[0].lower()
    if code not in known if known is not None else not CODE.fullmatch(code):
        raise BadWish("language", f"{language!r} is not known to the model")
    return code
