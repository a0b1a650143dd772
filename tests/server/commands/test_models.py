"""`captionflow models`: what is here, as people see it."""

import pytest

from inference.models import verify
from tests.server.commands.shared import captionflow


async def test_list():
    answer = await captionflow("models", "list")
    assert answer.code == 0
    rows = {line.split()[0]: line for line in answer.out.splitlines()[1:]}
    assert {"base", "tiny.en"} <= rows.keys()
    assert "148 MB" in rows["base"] and "many" in rows["base"]
    assert "English" in rows["tiny.en"]


async def test_verify_tells_every_digest():
    answer = await captionflow("models", "verify", "tiny.en")
    assert answer.code == 0
    wanted = [f"ok   tiny.en/{check.file}  {check.found}" for check in verify("tiny.en")]
    assert answer.out.splitlines() == wanted


async def test_verify_finds_a_damaged_model(tmp_path):
    await captionflow("models", "pull", "base", env={"CAPTIONFLOW_CACHE": str(tmp_path)})
    place = tmp_path / "models" / "base" / "config.json"
    place.write_text(place.read_text() + " ")
    answer = await captionflow("models", "verify", "base", env={"CAPTIONFLOW_CACHE": str(tmp_path)})
    assert answer.code == 1
    bad = [line for line in answer.out.splitlines() if line.startswith("bad")]
    assert len(bad) == 1 and "base/config.json" in bad[0] and ", expected 56a6d8" in bad[0]


async def test_pull_says_where_a_bundled_model_is():
    answer = await captionflow("models", "pull", "tiny.en")
    assert (answer.code, answer.out.strip().endswith("/model")) == (0, True)


@pytest.mark.parametrize("verb", ["verify", "pull"])
async def test_a_name_that_is_none(verb):
    answer = await captionflow("models", verb, "no such/model/at all")
    assert answer.code == 1
    assert "no such/model/at all" in answer.out + answer.err
