import pytest
from captionflow.sse import Events, ServerEvent


def told(text: str) -> list[ServerEvent]:
    events = Events()
    return [event for line in text.splitlines(True) if (event := events.feed(line))]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_events_as_the_standard_has_them(end: str) -> None:
    lines = [": hello", "retry: 1000", "", "id: 1", "data: a", "", "data:b", "data: c", "", ""]
    assert told(end.join(lines) + end) == [ServerEvent("1", "a"), ServerEvent("1", "b\nc")]


def test_what_is_not_whole_is_no_event() -> None:
    assert told("id: 1\ndata: a\n") == told("id: 1\n\n") == told(": keep-alive\n\n") == []
    assert told("id: 1\0\ndata:  a\n\n") == [ServerEvent("", " a")]
    assert told("nonsense\nevent: x\ndata\n\n") == [ServerEvent("", "")]
