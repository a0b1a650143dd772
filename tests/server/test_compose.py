"""What a server and a worker have in common comes and goes together."""

from pathlib import Path

import pytest

from inference.engine import EngineClosed, Model
from inference.models import UnknownModel
from inference.types import Urgency, Window
from server.compose import core_of
from server.settings import Settings
from storage.errors import Unavailable
from tests.fakes import Loudness, Parrot, drawn
from tests.server.shared import settings_for


async def test_the_parts_work_while_inside(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(tmp_path, database_url)
    window = Window(0, drawn("..####.."), Urgency.BATCH)
    async with core_of(settings, lambda _: (Parrot(), Parrot.languages), Loudness) as core:
        assert (await core.hear(window)).words
        assert (await core.storage.sessions.list("ann")).sessions == ()
        assert core.languages == Parrot.languages
        assert core.node == (tmp_path / "node").read_text()
    with pytest.raises(EngineClosed):
        await core.hear(window)


async def test_what_hinders_the_start_is_told(tmp_path: Path, database_url: str) -> None:
    def load(_: Settings) -> tuple[Model, frozenset[str]]:
        raise UnknownModel("it is not here")

    with pytest.raises(UnknownModel):
        async with core_of(settings_for(tmp_path, database_url), load, Loudness):
            raise AssertionError("it began without a model")
    away = settings_for(tmp_path, "postgresql://127.0.0.1:1/none", storage={"start_timeout": 0.2})
    with pytest.raises(Unavailable):
        async with core_of(away, lambda _: (Parrot(), Parrot.languages), Loudness):
            raise AssertionError("it began without a database")
