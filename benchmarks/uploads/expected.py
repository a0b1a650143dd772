"""What may come of a file, by its line in a manifest, and whether what came is that. Pure."""

import re
from typing import Literal

from msgspec import Struct

from benchmarks.speech.entry import Entry

Kind = Literal["text", "empty", "refused", "lost"]

REFUSALS = frozenset({"unreadable_audio", "too_long", "too_large"})
"""What a server says of a file that is to blame itself."""

WORDS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    (r"\berror\b", ("refused",)),
    (r"\bempty text\b", ("empty",)),
    (r"\bwrong text\b", ("text", "empty")),
    (r"\b(ok|same text|text of|partial text)\b", ("text",)),
)
"""What the words of `expect` allow."""


class Answer(Struct, frozen=True):
    """What came of a file. code, message: of a refusal, or of why nothing came. seconds: from its
    first byte to the answer."""

    id: str
    kind: Kind
    seconds: float
    text: str = ""
    code: str = ""
    message: str = ""


def expected(entry: Entry) -> frozenset[Kind]:
    """Without a header a file cannot be told from noise, which is what servers should say of it."""
    if entry.raw_format is not None:
        return frozenset({"refused"})
    if entry.expect is not None:
        found = (kinds for words, kinds in WORDS if re.search(words, entry.expect))
        return frozenset(kind for kinds in found for kind in kinds)
    if entry.text is None:
        return frozenset({"text", "empty"})
    return frozenset({"text"} if entry.text else {"empty"})


def fault(entry: Entry, answer: Answer) -> str | None:
    """What is wrong with an answer; None when it is as it may be."""
    allowed = expected(entry)
    if answer.kind in allowed:
        return None
    why = f": {answer.code}, {answer.message}" if answer.code else ""
    return f"{entry.id} is {answer.kind}, not {' or '.join(sorted(allowed))}{why}"
