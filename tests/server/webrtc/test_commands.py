import pytest

from server.protocols.native.messages import BadMessage
from server.webrtc.commands import Ack, End, Ping, parse


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"type": "end"}', End()),
        ('{"type": "ack", "seq": 7}', Ack(7)),
        ('{"type": "ping", "t": 1.5}', Ping(1.5)),
        ('{"type": "ping"}', Ping()),
    ],
)
def test_what_a_publisher_may_say(text: str, said: object) -> None:
    assert parse(text) == said


@pytest.mark.parametrize(
    "text",
    ["", "end", "[]", "{}", '{"type": "hello"}', '{"type": "ack"}', '{"type": "ack", "seq": -1}']
    + ['{"type": "end", "pos": 5}', '{"type": "ack", "seq": 9007199254740993}', "[" * 5000],
    ids=lambda text: text[:20],
)
def test_what_it_may_not(text: str) -> None:
    with pytest.raises(BadMessage):
        parse(text)
