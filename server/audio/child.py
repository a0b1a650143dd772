"""What runs in the process that decodes one file: standard input to frames on standard output.

`decoding.py` starts it for every file, so it imports little. It never learns the file's name and
can open no other. How much audio is too much, and how many channels, is said by who reads.

A frame is a byte for its kind, four for its length (big end first), and its content. FOUND comes
first and SAMPLES follow, up to END; REFUSED is the last one, whenever it comes.
"""

import json
import os
import struct
import sys
from typing import BinaryIO

import av.logging
import av.subtitles.codeccontext  # PyAV loads these two when it needs them, and then cannot
import av.subtitles.stream

from server.audio.confine import confine
from server.audio.reader import Reader, Refused

FRAME = struct.Struct(">cI")
FOUND = b"F"  # JSON: Reader.known
SAMPLES = b"S"  # what a Reader gives
END = b"E"  # JSON: damaged
REFUSED = b"R"  # JSON: code, message, known

STANDARD = 3  # handles: input, output, errors


def main(parent: str, memory: str, cpu: str) -> None:
    """Ends with 0 whatever the file is, unless a limit of the system ends it (see `confine`)."""
    av.logging.restore_default_callback()  # the decoder's own words, to standard error
    file = sys.stdin.buffer
    confine(int(parent), int(memory), int(cpu), STANDARD)
    try:
        _decode(file)
    except Refused as refused:
        _send(REFUSED, _refusal("unreadable_audio", str(refused), refused.known))
    except MemoryError:
        message = f"decoding it takes more than {int(memory) >> 20} MiB of memory"
        _send(REFUSED, _refusal("too_large", message, None))
    except BrokenPipeError:
        pass  # nobody wants the rest


def _decode(file: BinaryIO) -> None:
    reader = Reader(file)
    _send(FOUND, json.dumps(reader.known).encode())
    for block in reader:
        _send(SAMPLES, block)
    _send(END, json.dumps({"damaged": reader.damaged}).encode())


def _refusal(code: str, message: str, known: object) -> bytes:
    return json.dumps({"code": code, "message": message, "known": known}).encode()


def _send(kind: bytes, content: bytes) -> None:
    left = memoryview(FRAME.pack(kind, len(content)) + content)
    while left:
        left = left[os.write(sys.stdout.fileno(), left) :]
