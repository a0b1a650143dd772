"""A form that is being received: its fields, and its file on the way to whoever stores it."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing

from msgspec import Struct

from server.uploads.form import End, Field, File, Form, Part
from storage.errors import TooLarge
from storage.records import Blob

Fields = Sequence[tuple[str, str]]

Store = Callable[[File, AsyncIterator[bytes]], Awaitable[Blob]]
"""Takes the file's bytes, all of them or nothing."""


class Received(Struct, frozen=True):
    fields: Fields
    file: File
    blob: Blob


async def received(
    form: Form, body: AsyncIterator[bytes], store: Store, begun: Callable[[Fields], None]
) -> Received:
    """All of the form. begun: told the fields before the file, when that begins; may refuse it.

    Raises BadForm, and what `body`, `store` and `begun` raise; the file may be stored by then.
    """
    fields: list[tuple[str, str]] = []
    got: tuple[File, Blob] | None = None
    async with aclosing(_parts(form, body)) as parts:
        async for part in parts:
            match part:
                case Field(name, value):
                    fields.append((name, value))
                case File():
                    begun(fields)
                    async with aclosing(_contents(parts)) as contents:
                        got = part, await store(part, contents)
    assert got is not None, "a form without a file does not finish"
    return Received(fields, *got)


async def hashed(data: AsyncIterator[bytes], most: int) -> Blob:
    """What a store would say of the bytes, had it kept them. Raises TooLarge."""
    digest, taken = hashlib.sha256(), 0
    async for piece in data:
        digest.update(piece)
        taken += len(piece)
        if taken > most:
            raise TooLarge(f"more than {most} bytes")
    return Blob("", "", taken, digest.hexdigest())


async def _parts(form: Form, body: AsyncIterator[bytes]) -> AsyncGenerator[Part, None]:
    async for data in body:
        for part in form.feed(data):
            yield part
    form.finish()


async def _contents(parts: AsyncIterator[Part]) -> AsyncGenerator[bytes, None]:
    async for part in parts:
        if isinstance(part, End):
            return
        assert isinstance(part, bytes), "a file's bytes are together"
        yield part
