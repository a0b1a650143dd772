"""What is drawn for which event."""

import io

import pytest
from captionflow import (
    AudioAck,
    Final,
    Partial,
    Reconnecting,
    Resumed,
    SpeechStart,
    Warning,
)
from captionflow.protocol import decode_event
from rich.console import Console

from server.commands import captions


def final(text, start=1.0):
    return Final(seq=1, seg=0, start=start, end=start + 1, text=text)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "00:00.0"), (3.24, "00:03.2"), (59.96, "01:00.0"), (61.5, "01:01.5"), (6000, "100:00.0")],
)
def test_clock(seconds, shown):
    assert captions.clock(seconds) == shown


def test_a_caption_is_firm_where_it_is_stable():
    growing = {
        2: Partial(seg=2, text="and on", stable=0, start=5.0),
        1: Partial(seg=1, text="so we begin", stable=5, start=1.0),
        3: Partial(seg=3, text="", start=9.0),
    }
    drawn = captions.caption(growing)
    assert drawn.plain == "00:01.0  so we begin\n00:05.0  and on"
    styles = {drawn.plain[span.start : span.end]: span.style for span in drawn.spans}
    assert styles["so we"] == "bold"
    assert styles[" begin"] == "dim italic"


def test_a_pipe_gets_texts_and_standard_error_gets_warnings(capsys):
    for event in (
        SpeechStart(seq=1, seg=0, at=0.0),
        Partial(seg=0, text="he"),
        final("hello"),
        final(""),
        Warning("gap", "1 s lost"),
    ):
        captions.lines(event)
    assert capsys.readouterr() == ("hello\n", "1 s lost\n")


def test_a_lost_connection_is_told_once(capsysbinary):
    lost = [Reconnecting("lost", "gone", attempt) for attempt in (1, 2, 3)]
    for notice in (*lost, Resumed("s1", 0.0, False), Resumed("s1", 1.5, False)):
        captions.lines(notice)
        captions.wire(notice)
    out, err = capsysbinary.readouterr()
    assert out == b""
    assert err.decode().splitlines() == [
        "gone; connecting again",
        "connected again",
        "connected again; 1.5 s were not heard",
    ]


def test_json_is_the_wire(capsysbinary):
    events = [final("hé"), Partial(seg=0, text="x", stable=1), AudioAck(received=2, settled=1)]
    for event in events:
        captions.wire(event)
    lines = capsysbinary.readouterr().out.splitlines()
    assert [decode_event(line) for line in lines] == events


def test_on_a_screen_finished_lines_replace_their_captions():
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=60, highlight=False, no_color=True)
    with captions.screen(console) as show:
        show(Partial(seg=0, text="hel", start=1.0))
        show(final("hello"))
        at = len(out.getvalue())
        show(AudioAck(received=1, settled=1))
        assert len(out.getvalue()) == at
        show(Warning("gap", "1 s [lost]"))
    last = out.getvalue()[out.getvalue().index("hello") :]
    assert "hel" not in last.removeprefix("hello")
    assert "1 s [lost]" in last
