"""What the viewer's page decides without a page, in the browser it runs in."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.modules import Modules, importing

KEY = {"ctrlKey": False, "altKey": False, "metaKey": False}


@pytest_asyncio.fixture(loop_scope="session")
async def modules(browser: Browser) -> AsyncIterator[Modules]:
    async with importing(browser) as found:
        yield found


def final(seg: int, text: str, session: str = "a") -> dict[str, Any]:
    return {"type": "final", "session": session, "seg": seg, "text": text, "language": "en"}


def partial(seg: int, text: str, session: str = "a") -> dict[str, Any]:
    return {"type": "partial", "session": session, "seg": seg, "text": text, "stable": 0}


async def flow(modules: Modules, events: list[dict[str, Any]]) -> list[Any]:
    """What is shown next, and what is fresh before it, for each list of events."""
    script = """(() => {
      const flow = new it.Flow();
      for (const event of given) flow.take(event);
      const { fresh } = flow;
      const shown = flow.next().map(({ type, session, seg }) => `${type} ${session}${seg ?? ''}`);
      return [shown, fresh, flow.next().length, flow.history.length, flow.speaking];
    })()"""
    found: list[Any] = await modules.ask("/assets/viewer-flow.js", script, events)
    return found


async def test_all_finals_are_shown_and_of_the_rest_the_newest(modules: Modules) -> None:
    events = [partial(1, "a"), partial(1, "a b"), final(1, "a b."), partial(2, "c")]
    assert await flow(modules, events) == [["final a1", "partial a2"], 1, 0, 1, True]
    assert (await flow(modules, [partial(2, "c"), final(1, "a")]))[0] == ["final a1", "partial a2"]
    both = [partial(1, "a"), partial(1, "b", "b"), final(1, "b", "b")]
    assert (await flow(modules, both))[0] == ["final b1", "partial a1"]


async def test_the_end_of_a_talk_takes_what_was_not_final(modules: Modules) -> None:
    events = [final(1, ""), partial(2, "x"), {"type": "end", "session": "a"}]
    assert await flow(modules, events) == [["final a1", "end a"], 0, 0, 2, False]
    assert (await flow(modules, []))[4] is None


SENTENCES = [
    (["One. Two!", "Three"], ["One.", "Two!"], ["Three"]),
    (["Half a", "sentence. And", "more"], ["Half a sentence."], ["And more"]),
    (["He said “no.” Then he left."], ["He said “no.”", "Then he left."], []),
    (["It costs 3.50 now."], ["It costs 3.50 now."], []),
    (["これは文です。次の", "文です。"], ["これは文です。", "次の文です。"], []),
    (["", "no end"], [], ["no end"]),
]


@pytest.mark.parametrize(("finals", "whole", "rest"), SENTENCES)
async def test_finals_become_whole_sentences(
    modules: Modules, finals: list[str], whole: list[str], rest: list[str]
) -> None:
    script = """(() => {
      const sentences = new it.Sentences();
      const whole = given.flatMap((event) => sentences.take(event));
      return [whole.map(({ text }) => text), sentences.late().map(({ text }) => text),
        sentences.late().length, whole.every(({ seg }, n) => seg === n + 1)];
    })()"""
    events = [final(n, text) for n, text in enumerate(finals)]
    found = await modules.ask("/assets/viewer-sentences.js", script, events)
    assert found == [whole, rest, 0, True]


async def test_the_end_of_a_talk_is_the_end_of_its_sentence(modules: Modules) -> None:
    script = """(() => {
      const sentences = new it.Sentences();
      return given.flatMap((event) => sentences.take(event)).map(({ type, text, session }) =>
        `${type} ${session} ${text ?? ''}`);
    })()"""
    events = [
        final(1, "half"),
        final(1, "other", "b"),
        partial(2, "x"),
        {"type": "end", "session": "a"},
    ]
    found = await modules.ask("/assets/viewer-sentences.js", script, events)
    assert found == ["final a half", "end a "]


async def options(modules: Modules, query: str, base: str = "OVERLAY") -> dict[str, Any]:
    found: dict[str, Any] = await modules.ask(
        "/assets/viewer-options.js",
        f"it.fromQuery(new URLSearchParams(given), it.{base})",
        query,
    )
    return found


async def test_an_address_says_how_captions_look(modules: Modules) -> None:
    plain = await options(modules, "overlay")
    assert (plain["lines"], plain["opacity"], plain["color"]) == (2, 80, "#ffffff")
    query = "size=150&color=FFE600&background=%23001122&opacity=60&lines=3&position=top&font=serif"
    own = await options(modules, f"{query}&spacing=wide&tentative=0")
    wanted = {
        **{"size": 150, "color": "#ffe600", "background": "#001122", "opacity": 60, "lines": 3},
        **{"position": "top", "font": "serif", "spacing": "wide", "tentative": False},
    }
    assert {name: own[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    "query",
    ["size=1e9", "size=x", "lines=-1", "lines=2.5", "color=red", "font=__proto__", "opacity=101"],
)
async def test_nonsense_in_an_address_is_no_matter(modules: Modules, query: str) -> None:
    assert await options(modules, query) == await options(modules, "")


@pytest.mark.parametrize(
    "given", [None, 7, "x", [], {"size": "100", "lines": None, "live": 1, "spacing": "toString"}]
)
async def test_nonsense_that_was_remembered_is_no_matter(modules: Modules, given: Any) -> None:
    script = "[it.checked(given), it.DEFAULTS]"
    found, defaults = await modules.ask("/assets/viewer-options.js", script, given)
    assert found == defaults


async def test_what_a_page_says_of_its_look_is_read_by_an_overlay(modules: Modules) -> None:
    script = """(() => {
      const own = it.checked({ size: 150, font: 'serif', color: '#ffe600', lines: 3,
        position: 'top', opacity: 60, spacing: 'wide', background: '#00216b' });
      const again = it.fromQuery(new URLSearchParams(it.toQuery(own)), it.OVERLAY);
      return [own, again];
    })()"""
    own, again = await modules.ask("/assets/viewer-options.js", script)
    assert own == again


async def test_all_colours_can_be_read_also_in_doubt(modules: Modules) -> None:
    script = """Object.values(it.COLOURS).flatMap(([, color, background]) =>
      [100, 80].map((opacity) => {
        const behind = it.behind(it.checked({ color, background, opacity }));
        const soft = it.softer(color, behind);
        return [it.contrast(color, background), soft === color,
          Math.min(...behind.map((each) => it.contrast(soft, each)))];
      }))"""
    for firm, same, doubtful in await modules.ask("/assets/viewer-options.js", script):
        assert firm >= 7 and doubtful >= 4.5 and not same
    contrast = await modules.ask("/assets/viewer-options.js", "it.contrast('#ffffff', '#000000')")
    assert contrast == pytest.approx(21)


async def test_where_nothing_softer_can_be_read_nothing_is_softer(modules: Modules) -> None:
    script = "it.softer('#777777', ['#000000', '#ffffff'])"
    assert await modules.ask("/assets/viewer-options.js", script) == "#777777"


@pytest.mark.parametrize(
    ("query", "seconds"), [("", 6), ("fade=0", 0), ("fade=2.5", 2.5), ("fade=x", 6), ("fade=-1", 6)]
)
async def test_when_an_overlay_is_empty(modules: Modules, query: str, seconds: float) -> None:
    script = "it.fadeOf(new URLSearchParams(given))"
    assert await modules.ask("/assets/viewer-options.js", script, query) == seconds


KEYS = [
    (" ", {}, "pause"),
    ("p", {}, "pause"),
    ("?", {}, "settings"),
    ("S", {}, "settings"),
    ("+", {}, {"change": {"size": 125}}),
    ("-", {}, {"change": {"size": 75}}),
    ("+", {"size": 400}, {"change": {"size": 400}}),
    ("0", {"size": 400}, {"change": {"size": 100}}),
    ("c", {}, {"change": {"color": "#ffe600", "background": "#000000"}}),
    ("c", {"color": "#123456"}, {"change": {"color": "#ffffff", "background": "#000000"}}),
    ("f", {}, {"change": {"font": "serif"}}),
    ("l", {}, {"change": {"lines": 2}}),
    ("l", {"lines": 8}, {"change": {"lines": 0}}),
    ("t", {}, {"change": {"position": "top"}}),
    ("r", {}, {"change": {"live": True}}),
    ("B", {}, {"change": {"braille": True}}),
    ("x", {}, None),
    ("Tab", {}, None),
    ("p", {"shortcuts": False}, None),
]


@pytest.mark.parametrize(("key", "given", "does"), KEYS)
async def test_what_keys_do(modules: Modules, key: str, given: dict[str, Any], does: Any) -> None:
    options = await modules.ask("/assets/viewer-options.js", "it.checked(given)", given)
    script = "it.act(given[0], given[1])"
    press = {**KEY, "key": key}
    assert await modules.ask("/assets/viewer-keys.js", script, [press, options]) == does
    press["ctrlKey"] = True
    assert await modules.ask("/assets/viewer-keys.js", script, [press, options]) is None
