"""What the pages of sessions and uploads decide without a page, in the browser they run in."""

from typing import Any

import pytest_asyncio
from playwright.async_api import Page

from tests.browser.conftest import Opens

NOW = 1_800_000_000_000  # milliseconds
SOON, PAST = "2027-01-15T08:30:00Z", "2027-01-15T07:30:00Z"  # half an hour from then


@pytest_asyncio.fixture(loop_scope="session")
async def page(opens: Opens) -> Page:
    return await opens("/upload")


async def call(page: Page, module: str, function: str, *arguments: Any) -> Any:
    """What a function of one of our modules returns."""
    return await page.evaluate(
        "async ([name, called, given]) => (await import(name))[called](...given)",
        [f"/assets/{module}.js", function, list(arguments)],
    )


WORDS: list[tuple[str, list[Any], str]] = [
    ("clock", [3.9], "0:03"),
    ("clock", [3723], "1:02:03"),
    ("clock", [-1], "0:00"),
    ("length", [12.7], "12 s"),
    ("length", [240], "4 min"),
    ("length", [252], "4 min 12 s"),
    ("length", [3725], "1 h 2 min"),
    ("about", [None], ""),
    ("about", [4], "a few seconds left"),
    ("about", [41], "about 50 seconds left"),
    ("about", [61], "about a minute left"),
    ("about", [200], "about 3 minutes left"),
    ("about", [7300], "about 2 hours left"),
    ("ago", [NOW - 20_000, NOW], "just now"),
    ("ago", [NOW + 20_000, NOW], "just now"),
    ("ago", [NOW - 60_000, NOW], "1 minute ago"),
    ("ago", [NOW - 7_200_000, NOW], "2 hours ago"),
    ("ago", [NOW - 86_400_000, NOW], "yesterday"),
    ("size", [0], "0 bytes"),
    ("size", [812], "812 bytes"),
    ("size", [3_400_000], "3.4 MB"),
    ("size", [340_000_000], "340 MB"),
]


async def test_times_and_sizes_in_words(page: Page) -> None:
    for function, given, said in WORDS:
        assert await call(page, "times", function, *given) == said, (function, given)


AT = [(0.0, -1), (0.99, -1), (1.0, 0), (1.5, 0), (2.0, 1), (2.79, 1), (2.81, -1), (4.2, 2), (9, -1)]


async def test_the_word_at_a_time(page: Page) -> None:
    starts, ends = [1.0, 2.0, 4.0], [2.0, 2.5, 4.5]
    for time, index in AT:
        assert await call(page, "highlight", "wordAt", starts, ends, time) == index, time


async def test_no_words_at_any_time(page: Page) -> None:
    assert await call(page, "highlight", "wordAt", [], [], 1.0) == -1


def segment(text: str, *timed: tuple[str, float]) -> dict[str, Any]:
    words = [
        {"text": word, "start": start, "end": start + 1, "confidence": 0.4 if start > 3 else 0.9}
        for word, start in timed
    ]
    return {"start": 1.0, "end": 5.0, "text": text, "words": words}


CUT: list[tuple[dict[str, Any], list[str]]] = [
    (segment("Well, now.", ("Well,", 1), ("now.", 2)), ["<Well,>", " ", "<now.>"]),
    (segment("你好吗", ("你好", 1), ("吗", 2)), ["<你好>", "<吗>"]),
    (segment("so so", ("so", 1), ("so", 2)), ["<so>", " ", "<so>"]),
    (segment("a b", ("x", 1), ("b", 2)), ["a ", "<b>"]),
    (segment("a b", ("", 1), ("a", 2)), ["<a>", " b"]),
    (segment("", ("a", 1)), []),
    (segment("ab cd"), ["<ab>", " ", "<cd>"]),
    (segment(" \n "), [" \n "]),
]


async def test_a_text_is_cut_into_its_words(page: Page) -> None:
    for said, cut in CUT:
        pieces = await call(page, "words", "pieces", said)
        marked = [f"<{it['text']}>" if "start" in it else it["text"] for it in pieces]
        assert marked == cut and "".join(it["text"] for it in pieces) == said["text"]


async def test_corrected_text_is_spread_over_its_segment(page: Page) -> None:
    pieces = await call(page, "words", "pieces", segment("a bbb"))
    times = [(each["start"], each["end"]) for each in pieces if "start" in each]
    assert times == [(1.0, 2.0), (2.0, 5.0)]


def session(**facts: Any) -> dict[str, Any]:
    kept = {"recording_until": SOON, "transcript_until": SOON, "hold": False}
    retention = {**kept, **facts.pop("retention", {})}
    usual = {"kind": "live", "state": "ready", "ready_at": PAST, "expires_at": SOON, "error": None}
    recording = {"name": "recording", "bytes": 1}
    return {**usual, "artifacts": [recording], "retention": retention, **facts}


GONE = {"recording_until": None, "transcript_until": None}


ALLOWED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"phase": "ready", "editable": True, "restorable": True, "left": 1800}),
    ({}, {"readable": True, "recording": "there", "again": True}),
    ({"expires_at": PAST}, {"phase": "locked", "editable": False, "restorable": True}),
    ({"state": "expired", "expires_at": PAST}, {"phase": "locked", "left": 0}),
    ({"expires_at": PAST, "retention": {"transcript_until": PAST}}, {"restorable": False}),
    ({"retention": {"transcript_until": PAST, "hold": True}}, {"restorable": True}),
    ({"retention": {"recording_until": None}}, {"recording": "gone", "again": False}),
    ({"artifacts": []}, {"recording": "none", "again": False}),
    ({"retention": {"transcript_until": None}}, {"readable": False, "editable": False}),
    ({"state": "purged", "retention": GONE}, {"phase": "gone", "readable": False}),
    ({"state": "open", "ready_at": None, "retention": GONE}, {"phase": "live"}),
    ({"state": "open", "ready_at": None, "retention": GONE}, {"readable": True}),
    ({"state": "open", "kind": "upload"}, {"phase": "working", "restorable": False}),
    ({"state": "finalizing"}, {"phase": "working"}),
    ({"state": "awaiting_upload", "expires_at": PAST}, {"phase": "awaiting"}),
    ({"state": "failed", "kind": "upload"}, {"phase": "failed", "again": True}),
    ({"state": "failed", "kind": "upload", "error": "cancelled"}, {"again": False}),
    ({"state": "failed"}, {"phase": "failed", "again": False}),
]


async def test_what_a_session_allows(page: Page) -> None:
    for facts, is_so in ALLOWED:
        outlook = await call(page, "session-state", "outlook", session(**facts), NOW)
        assert {name: outlook[name] for name in is_so} == is_so, facts


def listed(*ids: int) -> list[dict[str, Any]]:
    return [{"id": str(id), "created_at": f"2027-01-15T08:{id:02}:00Z"} for id in ids]


RENEWED: list[tuple[Any, Any, list[int], str | None]] = [
    (([3, 2, 1], None), ([3, 2, 1], None), [3, 2, 1], None),
    (([3, 2, 1], None), ([4, 3, 2, 1], None), [4, 3, 2, 1], None),
    (([3, 2, 1], None), ([3, 1], None), [3, 1], None),
    (([3, 2], "to 1"), ([4, 3], "to 2"), [4, 3, 2], "to 1"),
    (([4, 3, 2], "to 1"), ([4, 2], "to 1 again"), [4, 2], "to 1 again"),
    (([], None), ([], None), [], None),
    (([2, 1], None), ([], None), [], None),
]


async def test_a_list_is_renewed(page: Page) -> None:
    for shown, fresh, after, cursor in RENEWED:
        pages = [{"sessions": listed(*ids), "cursor": more} for ids, more in (shown, fresh)]
        renewed = await call(page, "sessions-query", "renewed", *pages)
        assert [int(each["id"]) for each in renewed["sessions"]] == after
        assert renewed["cursor"] == cursor


async def test_what_is_asked_for_is_in_the_address(page: Page) -> None:
    filters = {"q": " two words ", "state": "", "kind": "live"}
    search = await call(page, "sessions-query", "searchOf", filters, {"limit": "9"})
    assert search == "?q=two+words&kind=live&limit=9"
    back = await call(page, "sessions-query", "filtersOf", "?q=two+words&kind=live&other=1")
    assert back == {"q": "two words", "state": "", "kind": "live"}


async def life(page: Page, *happenings: dict[str, Any]) -> dict[str, Any]:
    """How a file of 200 bytes is shown after all of this."""
    view: dict[str, Any] = await page.evaluate(
        """async (happenings) => {
          const { after, chosen, view } = await import('/assets/upload-life.js');
          return view(happenings.reduce(after, chosen(200)));
        }""",
        list(happenings),
    )
    return view


def told(status: str, **facts: Any) -> dict[str, Any]:
    usual = {"id": "j", "stage": status, "progress": 0, "attempts": 0, "error": None}
    return {
        "type": "job",
        "job": {**usual, "position": None, "eta": None, **facts, "status": status},
    }


BEGUN: dict[str, Any] = {"type": "begun"}
ANNOUNCED = {"type": "announced", "session": "s"}
CANCELLED: dict[str, Any] = {"type": "cancelled"}
AGAIN: dict[str, Any] = {"type": "again"}


def refused(code: str, message: str = "", status: int = 422) -> dict[str, Any]:
    problem = {"code": code, "message": message, "status": status}
    return {"type": "refused", "problem": problem}


LIVES: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
    ([], {"cancel": True, "share": None}),
    ([BEGUN, ANNOUNCED, {"type": "sent", "bytes": 50}], {"share": 0.25}),
    ([ANNOUNCED, {"type": "sent", "bytes": 50}], {"sentence": "Sending · 25 % of 200 bytes"}),
    ([ANNOUNCED, {"type": "sent", "bytes": 900}], {"share": 1}),
    ([ANNOUNCED, {"type": "arrived"}], {"sentence": "Checking the file"}),
    ([told("queued", position=2)], {"share": None, "cancel": True, "kind": "busy"}),
    ([told("queued", position=2)], {"sentence": "Waiting for its turn · 2 recordings before it"}),
    (
        [told("processing", stage="transcribing", progress=0.5, eta=200)],
        {"sentence": "Transcribing · 50 % · about 3 minutes left", "share": 0.5},
    ),
    ([told("completed")], {"kind": "good", "open": True, "cancel": False, "again": False}),
    ([told("cancelled")], {"kind": "quiet", "sentence": "Cancelled.", "again": True}),
    ([told("dead", error={"code": "disk"})], {"kind": "bad", "again": True, "open": True}),
    ([refused("network", status=0)], {"again": True, "open": False}),
    ([refused("too_large", "9 channels")], {"again": False, "reason": "9 channels."}),
    ([refused("unreadable_audio", "no")], {"again": False, "reason": "No."}),
    ([refused("invalid", "language: odd")], {"sentence": "Language: odd.", "again": False}),
    ([CANCELLED, {"type": "sent", "bytes": 9}], {"sentence": "Cancelled."}),
    ([CANCELLED, told("completed")], {"sentence": "Cancelled."}),
    ([refused("busy"), AGAIN], {"share": None, "cancel": True}),
    ([ANNOUNCED, {"type": "sent", "bytes": 50}, AGAIN], {"share": 0.25}),
]


async def test_the_life_of_a_file(page: Page) -> None:
    for happenings, shown in LIVES:
        view = await life(page, *happenings)
        assert {name: view[name] for name in shown} == shown, happenings


NAMES = {
    "talk.wav": "talk.wav",
    "a\x00b\nc.wav": "abc.wav",
    "\u202e\x7f": "recording",
    "x" * 300: "x" * 255,
}


async def test_a_name_that_the_server_takes(page: Page) -> None:
    for given, plain in NAMES.items():
        assert await call(page, "upload-options", "plainName", given) == plain


async def test_wishes(page: Page) -> None:
    fields = {
        "language": "",
        "task": "translate",
        "hotwords": " Ada,, Lovelace ; analytical engine",
    }
    assert await call(page, "upload-options", "wishes", fields) == {
        "language": "auto",
        "task": "translate",
        "hotwords": ["Ada", "Lovelace", "analytical engine"],
    }
    assert await call(page, "upload-options", "wrongWords", "a, b") == ""
    assert "101" in await call(page, "upload-options", "wrongWords", "a," * 101)
    assert "64" in await call(page, "upload-options", "wrongWords", "a, " + "b" * 65)


async def test_languages_by_name(page: Page) -> None:
    named = await call(page, "languages", "named", ["en", "de", "q!"])
    assert [each["name"] for each in named] == ["English", "German", "q!"]
