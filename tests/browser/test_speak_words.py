"""What the speaker's page says: of its state, of troubles, of rooms, delays and settings."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.modules import Modules

ASSETS = Path(__file__).parents[2] / "server" / "pages" / "assets"
WAYS = {"again", "websocket", "microphone", "file", "room", "token", "upload", "session"}
KEYS = re.findall(r"^  (\w+): \['", (ASSETS / "speak-words.js").read_text(), re.MULTILINE)


async def trouble(modules: Modules, key: str, session: str | None = "s1", message: str = "") -> Any:
    state = {"trouble": key, "session": session, "message": message}
    return await modules.ask("/assets/speak-words.js", "it.trouble(given)", state)


@pytest.mark.parametrize("key", KEYS)
async def test_each_trouble_has_its_sentence_and_a_way_on(modules: Modules, key: str) -> None:
    words = await trouble(modules, key)
    assert words["title"] and re.search(r"[.:]$|nothing more\.$", words["text"])
    assert set(words["ways"]) <= WAYS
    assert words["ways"] or key == "insecure"  # the page itself must be opened in another way


async def test_no_two_troubles_say_the_same(modules: Modules) -> None:
    said = [(await trouble(modules, key))["title"] for key in KEYS]
    assert len(KEYS) > 20 and len(set(said)) == len(KEYS)


async def test_nothing_was_saved_where_there_was_no_session(modules: Modules) -> None:
    assert "session" in (await trouble(modules, "internal"))["ways"]
    assert "session" not in (await trouble(modules, "internal", session=None))["ways"]


async def test_what_nobody_foresaw_is_said_in_the_servers_words(modules: Modules) -> None:
    words = await trouble(modules, "strange", message="the moon is full")
    assert words["text"] == "It says: the moon is full."


@pytest.mark.parametrize(
    ("failure", "talk", "key", "retry"),
    [
        ({"name": "CaptureFailed", "code": "denied"}, {}, "microphone_denied", None),
        (
            {"name": "CaptureFailed", "code": "denied"},
            {"source": "tab"},
            "tab_denied",
            None,
        ),
        ({"name": "CaptureFailed", "code": "insecure"}, {}, "insecure", None),
        (
            {"name": "CaptureFailed", "code": "not_audio"},
            {"source": "file"},
            "file_not_audio",
            None,
        ),
        ({"code": "overloaded", "retryAfter": 4.2}, {}, "overloaded", 5),
        ({"code": "overloaded"}, {"source": "tab"}, "overloaded", None),
        ({"code": "unreachable"}, {}, "unreachable", None),
        ({"code": "unreachable"}, {"greeted": True}, "gone", None),
        ({"code": "lost"}, {"greeted": True, "transport": "webrtc"}, "webrtc_lost", None),
        ({"code": "unsupported"}, {}, "bad_message", None),
        ({"code": "taken_over"}, {"greeted": True}, "taken_over", None),
    ],
)
async def test_failures_are_known_by_their_trouble(
    modules: Modules, failure: dict[str, Any], talk: dict[str, Any], key: str, retry: int | None
) -> None:
    given = [failure, {"source": "microphone", "transport": "websocket", "greeted": False, **talk}]
    found = await modules.ask("/assets/speak-words.js", "it.troubleOf(...given)", given)
    assert found == {"trouble": key, "retryIn": retry}


async def test_what_is_kept_is_worth_a_word_only_while_the_server_is_away(modules: Modules) -> None:
    said = await modules.ask(
        "/assets/speak-words.js",
        "given.map(([phase, kept]) => it.keeping({ phase, kept }))",
        [["live", 40], ["reconnecting", 23.4], ["ending", 0.5], ["ending", 72]],
    )
    assert [bool(text) for text in said] == [False, True, False, True]
    assert "23 s" in said[1] and "1 min 12 s" in said[3]


@pytest.mark.parametrize(
    ("typed", "room"),
    [
        ("hall", "hall"),
        ("  Hall 2 / Monday ", "Hall-2-Monday"),
        ("a.vtt", "a-vtt"),
        ("../x?y#z%20", "x-y-z-20"),
        ("Grüße", "Grüße"),
        ("\x00\u202e \t", ""),
        ("x" * 80, "x" * 64),
    ],
)
async def test_a_room_has_a_name_that_is_safe_in_addresses(
    modules: Modules, typed: str, room: str
) -> None:
    assert await modules.ask("/assets/speak-rooms.js", "it.plain(given)", typed) == room


async def test_a_room_has_its_addresses(modules: Modules) -> None:
    found = await modules.ask(
        "/assets/speak-rooms.js", "it.addresses('https://here', given)", "Säle-2"
    )
    assert found == {
        "viewer": "https://here/captions/S%C3%A4le-2",
        "overlay": "https://here/captions/S%C3%A4le-2?overlay",
        "whip": "https://here/whip/S%C3%A4le-2",
    }


async def test_the_delay_is_that_of_the_last_twenty(modules: Modules) -> None:
    script = """(() => {
      const lags = new it.Lags();
      return [lags.delay, ...given.map((ms) => (lags.add(ms), lags.delay))];
    })()"""
    seen = await modules.ask("/assets/speak-lags.js", script, [9000, 1000, *range(400, 600, 10)])
    assert seen[:3] == [None, {"usual": 9.0, "newest": 9.0}, {"usual": 5.0, "newest": 1.0}]
    assert seen[-1] == {"usual": 0.495, "newest": 0.59}


async def test_settings_are_kept_and_nonsense_is_not(modules: Modules) -> None:
    found = {"source": "tab", "transport": "pigeon", "echo": "yes", "room": "hall", "token": "t"}
    kept = await modules.ask("/assets/speak-settings.js", "it.cleaned(given)", found)
    assert "token" not in kept
    assert (kept["source"], kept["room"]) == ("tab", "hall")
    assert (kept["transport"], kept["echo"]) == ("websocket", False)
    assert await modules.ask("/assets/speak-settings.js", "it.cleaned(null)") == await modules.ask(
        "/assets/speak-settings.js", "it.DEFAULTS"
    )


async def test_a_forbidden_storage_is_done_without(modules: Modules) -> None:
    script = """(() => {
      const forbidden = () => { throw new DOMException('no', 'SecurityError'); };
      it.remember(forbidden, it.DEFAULTS);
      return it.remembered(forbidden);
    })()"""
    assert (await modules.ask("/assets/speak-settings.js", script))["source"] == "microphone"


async def test_wishes_hold_what_was_chosen_and_no_more(modules: Modules) -> None:
    script = "it.wishes({ ...it.DEFAULTS, ...given })"
    assert await modules.ask("/assets/speak-settings.js", script, {}) == {"language": "auto"}
    chosen = {"language": "de", "hotwords": "Ada, Bob ,", "room": "hall", "task": "translate"}
    assert await modules.ask("/assets/speak-settings.js", script, chosen) == {
        "language": "de",
        "hotwords": ["Ada", "Bob"],
        "room": "hall",
        "options": {"translate_to": "en"},
    }


async def test_a_level_falls_slowly_and_silence_is_noticed(modules: Modules) -> None:
    script = """(() => {
      const level = new it.Level();
      const drawn = given.map(([now, heard]) => {
        level.hear(heard);
        return [Number(level.draw(now).toFixed(2)), level.silent(now)];
      });
      return drawn;
    })()"""
    heard = [[0, 0.5], [0.02, 0.1], [0.04, 0.9], [1, 0], [6.5, 0.001], [7, 0.3]]
    seen = await modules.ask("/assets/meter.js", script, heard)
    assert [shown for shown, _ in seen] == [0.5, 0.46, 0.9, 0.86, 0.82, 0.78]
    assert [silent for _, silent in seen] == [False, False, False, False, True, False]


async def test_a_model_in_a_folder_goes_by_its_name(modules: Modules) -> None:
    names = await modules.ask(
        "/assets/speak-words.js",
        "given.map(it.modelName)",
        ["base", "/srv/models/large-v3/", "C:\\m"],
    )
    assert names == ["base", "large-v3", "m"]
