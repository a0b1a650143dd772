"""Which files of a corpus are sent, and in which order. Pure, seeded."""

import random
from collections.abc import Sequence

from msgspec import Struct

from benchmarks.speech.corpus import select
from benchmarks.speech.entry import CorpusError, Entry
from benchmarks.uploads.expected import expected


class Plan(Struct, frozen=True):
    """chosen: what was asked for. clean: the undamaged recording of the same text, of those that
    have one; by their ids. order: all of both, each once."""

    chosen: tuple[Entry, ...]
    clean: dict[str, Entry]
    order: tuple[Entry, ...]


def plan(
    entries: Sequence[Entry], categories: Sequence[str], clean: str, language: str, seed: int
) -> Plan:
    """categories: none is all of them. clean: the category of undamaged recordings.

    Raises CorpusError when nothing is chosen.
    """
    known = {entry.category for entry in entries}
    asked = list(categories) or sorted(known)
    chosen = tuple(
        entry
        for category in asked
        for entry in select(entries, category=category)
        if entry.language in (language, None)
    )
    if not chosen:
        raise CorpusError(f"nothing of {', '.join(asked)} is in {language!r}")
    originals = {entry.text: entry for entry in entries if entry.category == clean and entry.text}
    pairs = {
        entry.id: originals[entry.text]
        for entry in chosen
        if entry.text in originals and entry.category != clean and says(entry)
    }
    order = list({entry.id: entry for entry in (*chosen, *pairs.values())}.values())
    random.Random(seed).shuffle(order)
    return Plan(chosen, pairs, tuple(order))


def says(entry: Entry) -> bool:
    """Its text must come back, all of it."""
    return bool(entry.text) and expected(entry) == {"text"}
