"""A folder with a `manifest.jsonl`: an object a line, as `Entry` has it. Reads no audio."""

from pathlib import Path

import msgspec

from benchmarks.speech.entry import CorpusError, Entry

NAME = "manifest.jsonl"


def is_here(folder: Path) -> bool:
    return (folder / NAME).is_file()


def entries(folder: Path) -> list[Entry]:
    """The lines of the folder's manifest. Raises CorpusError."""
    path = folder / NAME
    try:
        return msgspec.json.Decoder(Entry).decode_lines(path.read_bytes())
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise CorpusError(f"{path} is not a manifest: {error}") from None
