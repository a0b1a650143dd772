import pytest
from msgspec.structs import replace

from benchmarks.batch.contenders import Contender
from benchmarks.batch.ours import model, opened
from benchmarks.speech.normalise import tokens
from inference.settings import ModelSettings
from server.commands.child import serve_command, serving


def test_the_model_is_the_servers_own_on_so_many_cores(job):
    found = model(job(cores=3))
    usual = ModelSettings(name=found.name, workers=3, beam=1)
    assert found == usual
    assert model(replace(job(cores=3), device="cuda")).workers == 1


@pytest.mark.slow
async def test_a_file_is_heard_and_its_words_have_times(job, spoken):
    async with opened(job()) as hear:
        text, words = await hear(spoken.path)
    assert tokens(text)[:3] == ["good", "morning", "everyone"]
    assert words == len(text.split())


@pytest.mark.slow
async def test_a_server_hears_a_file_too(job, spoken, folder, monkeypatch):
    monkeypatch.setenv("CAPTIONFLOW_MODEL_NAME", "tiny.en")
    command = serve_command(folder / "data")
    async with (
        serving(command, folder / "log") as child,
        opened(job(Contender("served"), url=child.url)) as hear,
    ):
        text, words = await hear(spoken.path)
    assert tokens(text)[:3] == ["good", "morning", "everyone"]
    assert words > 10
