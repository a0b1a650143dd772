"""`captionflow db`, on a database of its own and on an embedded one."""

from storage import migrate
from tests.server.commands.shared import captionflow

NEWEST = migrate.history()[-1].id


async def test_down_and_up(database_url):
    env = {"DATABASE_URL": database_url}
    for words, wanted in (
        (("current",), NEWEST),
        (("downgrade", "base"), "no tables"),
        (("current",), "no tables"),
        (("upgrade",), NEWEST),
    ):
        answer = await captionflow("db", *words, env=env)
        assert (answer.code, answer.out, answer.err) == (0, f"{wanted}\n", "")


async def test_the_embedded_database_is_made_for_it(folder):
    answer = await captionflow("db", "upgrade", "--data-dir", folder, env={"DATABASE_URL": ""})
    assert (answer.code, answer.out) == (0, f"{NEWEST}\n"), answer.err
    assert (folder / "postgres" / "cluster").is_dir()


async def test_history():
    answer = await captionflow("db", "history")
    assert answer.out.splitlines()[0].split()[0] == migrate.history()[0].id
    assert len(answer.out.splitlines()) == len(migrate.history())


async def test_a_revision_that_does_not_exist(database_url):
    answer = await captionflow("db", "upgrade", "zork", env={"DATABASE_URL": database_url})
    assert answer.code == 1
    assert "zork" in answer.err and "Traceback" not in answer.err


async def test_a_database_that_is_not_there(tmp_path):
    config = tmp_path / "cf.toml"
    url = "postgresql://u:secret@127.0.0.1:9/x"
    config.write_text(f'[storage]\nstart_timeout = 0.5\ndatabase_url = "{url}"\n')
    answer = await captionflow("db", "current", "--config", config)
    assert answer.code == 1
    assert "127.0.0.1:9" in answer.err and "secret" not in answer.err
