"""What the routes of uploads add to the ways in: headers, addresses, the document."""

from pathlib import Path

import pytest

from tests.server.shared import Running, serving, settings_for
from tests.server.uploads.shared import (
    FILE,
    FORM,
    announce,
    form,
    problem,
)


@pytest.mark.parametrize("key", ["", "with space", "x" * 201, "\xe9"])
async def test_a_key_that_is_none(server: Running, key: str) -> None:
    headers = [(b"idempotency-key", key.encode("latin-1"))]
    answer = await server.http.post("/v1/jobs", content=form(FILE), headers=[*headers, *_form()])
    assert "idempotency-key" in problem(answer, 400, "invalid")["detail"]


def _form() -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in FORM.items()]


async def test_the_address_is_that_of_the_settings(tmp_path: Path, database_url: str) -> None:
    public = {"public_url": "https://captions.example/base/"}
    async with serving(settings_for(tmp_path, database_url, server=public)) as server:
        url = (await announce(server, 9)).json()["upload"]["url"]
    assert url.startswith("https://captions.example/base/v1/uploads/")


async def test_the_document_has_all_of_it(server: Running) -> None:
    paths = (await server.get("/schema/openapi.json")).json()["paths"]
    form = paths["/v1/jobs"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"file", "language", "retention.hold"} <= set(form["properties"])
    assert "202" in paths["/v1/jobs"]["post"]["responses"]
    assert "requestBody" in paths["/v1/sessions"]["post"]
    assert "201" in paths["/v1/sessions"]["post"]["responses"]
    assert "202" in paths["/v1/sessions/{session_id}/complete"]["post"]["responses"]
    assert "put" in paths["/v1/uploads/{session_id}"]


@pytest.mark.parametrize("path", ["/v1/jobs?colour=red", "/v1/sessions?colour=red"])
async def test_unknown_parameters_are_told(server: Running, path: str) -> None:
    answer = await server.http.post(path, content=form(FILE), headers=FORM)
    assert "colour" in problem(answer, 400, "unknown_parameter")["detail"]
