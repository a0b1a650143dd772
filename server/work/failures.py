"""What went wrong with a job: in which words its owner is told, and whether it may pass. Pure."""

import msgspec
from msgspec import Struct

from inference.models import BadWeights, UnknownModel
from server.audio.decoding import BadAudio, DecoderLost
from storage.errors import Missing, Unavailable


class Lost(Exception):
    """The job is another's now, or cancelled, or gone: stop, and write nothing more."""


class Gone(Exception):
    """Nothing is left that could be heard."""


class Failure(Struct, frozen=True):
    """error: as the job keeps it, {code, message, ...}. retry: it may pass another time.

    known: its words say all; else the log has to have the rest.
    """

    error: dict[str, object]
    retry: bool
    known: bool = True


def failure_of(error: Exception) -> Failure:
    """Messages of what is ours are not shown: they may name files and machines."""
    match error:
        case BadAudio():
            found = msgspec.to_builtins(error.found) if error.found is not None else None
            return Failure({"code": error.code, "message": str(error), "found": found}, False)
        case Gone() | Missing():
            message = "neither the uploaded file nor a recording of it is there any more"
            return Failure({"code": "gone", "message": message}, False)
        case UnknownModel() | BadWeights():
            message = "the model is not on the machine that was to use it"
            return Failure({"code": "no_model", "message": message}, True)
        case DecoderLost():
            return Failure({"code": "decoder_lost", "message": "the decoder was ended"}, True)
        case TimeoutError():
            return Failure({"code": "timeout", "message": "the model did not answer in time"}, True)
        case Unavailable():
            message = "database or object store were away for too long"
            return Failure({"code": "unavailable", "message": message}, True)
        case OSError():
            message = "a file could not be written or read on the worker's machine"
            return Failure({"code": "disk", "message": message}, True, known=False)
    message = "something of ours failed; the log has it"
    return Failure({"code": "internal", "message": message}, True, known=False)
