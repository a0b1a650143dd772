import msgspec
import pytest

from server import endings
from server.endings import Gone, Over
from server.protocols.native.messages import BadMessage


@pytest.mark.parametrize(
    ("why", "close", "code"),
    [
        ("ended", 1000, None),
        ("server_stopped", 1012, None),
        ("failed", 1011, "internal"),
        ("anything", 1011, "internal"),
    ],
)
def test_the_close_follows_from_why_the_session_is_over(
    why: str, close: int, code: str | None
) -> None:
    over = endings.of(why)
    assert over.close == close
    assert (over.error and msgspec.json.decode(over.error)["code"]) == code


def test_reasons_fit_in_a_close_frame_and_stay_whole_characters() -> None:
    for text in ("a" * 500, "ü" * 500, "a" + "日" * 500):
        over = endings.refused(BadMessage(text))
        assert 117 <= len(over.reason.encode()) <= 123 and text.startswith(over.reason)
        assert over.error is not None
        assert len(msgspec.json.decode(over.error)["message"]) == 400


def test_sessions_are_counted_under_few_names() -> None:
    bad = endings.refused(BadMessage("audio at 12345, but only 0 was received", 4410, "gap"))
    assert [endings.why(it) for it in (bad, Gone(), ValueError("x"), endings.idle(3))] == [
        "gap",
        "client_gone",
        "failed",
        "idle",
    ]


def test_those_who_may_come_back_are_told_when() -> None:
    for over in (endings.full(7), endings.unkept()):
        assert isinstance(over, Over) and over.close == 1013 and over.error is not None
        assert msgspec.json.decode(over.error)["retry_after"] > 0


@pytest.mark.parametrize(
    ("ended", "may"),
    [
        (Gone(), True),
        (ValueError("ours"), True),
        (endings.idle(3), True),
        (endings.refused(BadMessage("skips", 4410, "gap")), True),
        (endings.refused(BadMessage("ahead", 4429, "too_far_ahead")), True),
        (endings.refused(BadMessage("nonsense")), False),
        (endings.unread(), False),
    ],
)
def test_a_session_waits_for_those_who_may_come_back(ended: BaseException, may: bool) -> None:
    assert endings.may_return(ended) is may


def test_who_is_sent_elsewhere_may_try_at_once() -> None:
    for over in (endings.elsewhere(1), endings.of("taken_away")):
        assert over.close == 1012 and over.error is not None
        assert msgspec.json.decode(over.error)["retry_after"] == 1
    assert [it.close for it in (endings.unknown(), endings.unheard())] == [4404, 4404]
    assert endings.superseded().close == 4409 and endings.of("unsaved").close == 1012
