"""What a server says that it can do."""

from server.settings import Settings
from tests.server.shared import Running, serving, settings_for


async def test_says_what_it_can_do(server: Running) -> None:
    answer = await server.get("/v1/info")
    assert answer.status_code == 200
    told = answer.json()
    assert told.pop("version")
    assert told == {"model": "base", "languages": ["de", "en", "fr"], "max_sessions": 64}


async def test_says_what_its_operator_chose(settings: Settings) -> None:
    storage = settings.storage
    chosen = settings_for(
        storage.data_dir,
        storage.database_url or "",
        server={"max_sessions": 3},
        model={"name": "tiny.en"},
    )
    async with serving(chosen) as server:
        told = (await server.get("/v1/info")).json()
        assert (told["model"], told["max_sessions"]) == ("tiny.en", 3)


async def test_takes_no_parameters(server: Running) -> None:
    answer = await server.get("/v1/info?full=1")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
