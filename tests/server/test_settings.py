"""Settings: where they come from, which wins, and what is refused."""

import re
from pathlib import Path

import msgspec
import pytest

from server.settings import BadSettings, Settings, StreamingSettings, load
from streaming.settings import Policy

README = Path(__file__).parents[2] / "server" / "README.md"


def written(folder: Path, text: str) -> Path:
    path = folder / "captionflow.toml"
    path.write_text(text)
    return path


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[server]\nport = 1\nmax_sessions = 2\nmax_ahead = 3\n")
    environment = {"CAPTIONFLOW_SERVER_PORT": "4", "CAPTIONFLOW_SERVER_MAX_SESSIONS": "5"}
    found = load(file, environment, {"server": {"port": 6}}).server
    assert (found.port, found.max_sessions, found.max_ahead) == (6, 5, 3)


def test_every_section_may_be_in_the_environment() -> None:
    environment = {
        "CAPTIONFLOW_STORAGE_DATA_DIR": "/srv/captions",
        "CAPTIONFLOW_MODEL_NAME": "tiny.en",
        "CAPTIONFLOW_STREAMING_ENDPOINT": "700",
        "CAPTIONFLOW_SERVER_IDLE_TIMEOUT": "2.5",
        "CAPTIONFLOW_CACHE": "/var/cache",
        "OTHER": "x",
    }
    found = load(None, environment, {})
    assert found.storage.data_dir == Path("/srv/captions")
    assert (found.model.name, found.server.idle_timeout) == ("tiny.en", 2.5)
    assert found.streaming.policy().endpoint == 11_200


def test_a_list_in_the_environment_has_spaces_between() -> None:
    servers = "stun:stun.example turn:turn.example?transport=udp"
    found = load(None, {"CAPTIONFLOW_WEBRTC_ICE_SERVERS": servers}, {})
    assert found.webrtc.ice_servers == ("stun:stun.example", "turn:turn.example?transport=udp")


def test_database_url_is_read_as_everybody_names_it() -> None:
    url = "postgresql://u:secret@db/captions"
    environment = {"DATABASE_URL": url, "CAPTIONFLOW_STORAGE_DATABASE_URL": "postgresql://other/x"}
    found = load(None, environment, {})
    assert found.storage.database_url == url
    assert "secret" not in repr(found) and "secret" not in str(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[server]\nprot = 1", "prot.*server"),
        ("[storage]\ndatadir = 'x'", "datadir.*storage"),
        ("[model]\nsize = 'x'", "size.*model"),
        ("[streaming]\nlook = 1", "look.*streaming"),
        ("[sever]\nport = 1", "sever"),
        ("port = 1", "port"),
        ("[server]\nport = 70000", "65535.*server.port"),
        ("[webrtc]\nice_servers = ['http://x']", "ice_servers"),
        ("[webrtc]\nannounced_address = 'here'", "announced_address"),
        ("[server]\nport = 'many'", "server.port"),
        ("[server]\nlog_level = 'loud'", "loud.*server.log_level"),
        ("[server]\nidle_timeout = 0", "server.idle_timeout"),
        ("[streaming]\nendpoint = 0", "streaming.endpoint"),
        ("[server", "captionflow.toml"),
    ],
)
def test_a_file_with_a_mistake_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        load(written(tmp_path, text), {}, {})


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="nowhere.toml"):
        load(tmp_path / "nowhere.toml", {}, {})


@pytest.mark.parametrize("name", ["SERVER_PROT", "SEVER_PORT", "SERVER", "STORAGE_DATADIR"])
def test_an_unknown_name_in_the_environment_is_refused(name: str) -> None:
    with pytest.raises(BadSettings, match=f"CAPTIONFLOW_{name} "):
        load(None, {f"CAPTIONFLOW_{name}": "1"}, {})


def test_every_setting_is_in_the_readme() -> None:
    text = README.read_text()
    for section in msgspec.structs.fields(Settings):
        for field in msgspec.structs.fields(section.type):
            row = re.search(rf"\| `{section.name}\.{field.name}` \| (.*?) \|", text)
            assert row, f"{section.name}.{field.name}"
            if isinstance(field.default, str):
                assert row[1] == (f"`{field.default}`" if field.default else "none")
            if isinstance(field.default, bool):
                assert row[1] == str(field.default).lower()
            elif isinstance(field.default, int | float):
                assert float(row[1]) == field.default


def test_what_is_not_chosen_is_as_streaming_has_it() -> None:
    assert StreamingSettings().policy() == Policy()
