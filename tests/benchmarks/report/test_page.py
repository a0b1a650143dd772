"""The whole page, as a strict browser would take it."""

import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from benchmarks.report import page
from tests.benchmarks import made


class Reader(HTMLParser):
    """Holds elements against each other and notes what asks for something from outside."""

    VOID = frozenset({"meta"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.asks = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "srcset", "data", "action") or name.startswith("on"):
                self.asks.append((tag, name, value))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def results():
    faults = ("stream 1: see http://example.com/why <now>",)
    peer = made.result((1, 2), settings={"target": "peer"}, faults=faults)
    return [made.result((1, 2)), peer]


@pytest.fixture(scope="module")
def text(results):
    return page.html(results, {"committed.p95": 4.0})


@pytest.fixture(scope="module")
def read(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def test_nothing_is_asked_of_anybody(read, text):
    assert read.asks == []
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(read.tags)
    assert not re.search(r"@import|url\((?!#)", text)


def test_addresses_are_words_only(text):
    assert re.findall(r"https?://\S+", text) == ["http://example.com/why"]


def test_it_carries_its_policy(text):
    assert f'content="{page.POLICY}"'.replace("'", "&#x27;") in text


def test_charts_limits_figures_and_commands_are_on_it(read, text):
    assert read.tags.count("svg") == 2 + 9 + 1 + 2 + 2 + 2  # the legend's, then the charts
    assert "limit 4" in text
    assert "All figures" in text and "How it was measured" in text
    assert text.count("captionflow bench live") == 2


def test_all_runs_are_there_and_the_invalid_one_is_marked(read, text):
    assert text.count('<th scope="col">') == 1 + 4
    assert "INVALID: 1 of 4 runs" in text
    assert "&lt;now&gt;" in text


def test_it_reads_on_a_phone_and_in_the_dark(text):
    assert 'content="width=device-width, initial-scale=1"' in text
    assert text.count("@media (prefers-color-scheme: dark)") == 2


def test_writing(results, tmp_path):
    path = tmp_path / "new" / "page.html"
    page.write(results[:1], path)
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>\n<html")


def test_a_result_without_runs_is_a_page_too():
    text = page.html([replace(made.result(), runs=())])
    assert "How it was measured" in text


def test_a_picture_for_each_group(results, tmp_path):
    made_of = page.pictures(results, tmp_path / "png")
    assert [path.name for path in made_of] == [
        "word-first-shown.png",
        "word-committed.png",
        "end-of-speech-to-final.png",
        "accuracy.png",
        "steadiness.png",
        "server.png",
        "words-by-their-latency.png",
    ]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in made_of)
