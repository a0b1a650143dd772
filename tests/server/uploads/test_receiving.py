import hashlib
from collections.abc import AsyncIterator

import pytest

from server.uploads.form import BadForm, File, Form
from server.uploads.options import BadWish
from server.uploads.receiving import Fields, hashed, received
from storage.errors import TooLarge
from storage.records import Blob
from tests.server.uploads.shared import FORM, form, part, slowly

BODY = form(part("a", "1"), part("file", b"data" * 99, "a.wav", "x/y"), part("b", "2"))
CUT = [BODY[at : at + 7] for at in range(0, len(BODY), 7)]


def nothing(fields: Fields) -> None:
    pass


async def store(file: File, data: AsyncIterator[bytes]) -> Blob:
    return await hashed(data, 9999)


async def test_fields_and_the_file_in_between() -> None:
    early: list[Fields] = []
    told = Form(FORM["content-type"])
    got = await received(told, slowly(CUT), store, lambda fields: early.append([*fields]))
    assert (got.fields, early) == ([("a", "1"), ("b", "2")], [[("a", "1")]])
    assert got.file == File("a.wav", "x/y")
    digest = hashlib.sha256(b"data" * 99).hexdigest()
    assert (got.blob.bytes, got.blob.sha256) == (396, digest)


async def test_what_is_refused_early_is_not_stored() -> None:
    def refuse(fields: Fields) -> None:
        raise BadWish("a", "is wrong")

    async def never(file: File, data: AsyncIterator[bytes]) -> Blob:
        raise AssertionError("asked to store what was refused")

    with pytest.raises(BadWish):
        await received(Form(FORM["content-type"]), slowly(CUT), never, refuse)


async def test_a_form_that_is_cut_in_its_file_is_not_stored() -> None:
    stored = []

    async def keep(file: File, data: AsyncIterator[bytes]) -> Blob:
        blob = await hashed(data, 9999)
        stored.append(blob)
        return blob

    with pytest.raises(BadForm):
        await received(Form(FORM["content-type"]), slowly(CUT[:30]), keep, nothing)
    assert stored == []


async def test_a_store_that_has_enough_ends_it() -> None:
    async def little(file: File, data: AsyncIterator[bytes]) -> Blob:
        return await hashed(data, 100)

    with pytest.raises(TooLarge):
        await received(Form(FORM["content-type"]), slowly(CUT), little, nothing)
