"""Why a file is not taken in, as what the client is answered. Pure."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from server.audio.decoding import BadAudio, UnreadableAudio
from server.routes.problems import Problem
from server.uploads.body import CutOff, Mismatch, TooSlow
from server.uploads.form import BadForm
from server.uploads.options import BadWish
from storage.errors import TooLarge

CLOSE = {"connection": "close"}  # what is left of such a body is not read

EXPECTED = (BadAudio, BadForm, BadWish, CutOff, Mismatch, TooLarge, TooSlow)


@contextmanager
def told(place: str = "") -> Iterator[None]:
    """Inside, what is wrong with a file or its form becomes a Problem.

    place: in front of the name of an option, where it has one.
    """
    try:
        yield
    except EXPECTED as error:
        raise problem(error, place) from error


def problem(error: Exception, place: str = "") -> Problem:
    match error:
        case BadAudio():
            status = 422 if isinstance(error, UnreadableAudio) else 413
            facts = msgspec.to_builtins(error.found)
            return Problem(status, error.code, str(error), found=facts)
        case BadForm():
            return Problem(error.status, error.code, str(error))
        case BadWish():
            return invalid(place + error.field, str(error))
        case Mismatch():
            expected, found = error.expected, error.found
            return Problem(
                422,
                "upload_mismatch",
                str(error),
                field=error.what,
                announced=expected,
                found=found,
            )
        case TooLarge():
            return Problem(413, "too_large", "the file has more bytes than are allowed")
        case TooSlow():
            return Problem(408, "too_slow", "the file came too slowly", headers=CLOSE)
        case CutOff():
            return Problem(400, "cut_off", "the body is not whole", headers=CLOSE)
    raise error


def invalid(field: str, message: str) -> Problem:
    """As a field of a JSON body that has no possible value."""
    errors = [{"field": field, "message": message}]
    return Problem(422, "invalid", f"{field}: {message}", errors=errors)
