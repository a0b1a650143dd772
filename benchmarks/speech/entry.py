"""One recording of a corpus, however its folder is laid out. Values only."""

from msgspec import Struct


class CorpusError(Exception):
    """The corpus cannot be used; the message says what is wrong and where."""


class Entry(Struct, frozen=True):
    """One line of a manifest; fields that are not needed here are left out.

    file, words: paths from the corpus' folder. text: None without a reference, "" for no speech.
    words: the file with the times of the words, where there is one. expect: what a server should
    make of a file that is broken or odd. raw_format: the encoding of one without a header.
    """

    id: str
    file: str
    language: str | None = None
    category: str = ""
    text: str | None = None
    words: str | None = None
    expect: str | None = None
    raw_format: str | None = None
