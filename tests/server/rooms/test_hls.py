"""Numbers, playlists and segments, from sessions and lines."""

from datetime import UTC, datetime, timedelta

import pytest

from inference.types import SAMPLE_RATE
from server.results.layout import Line
from server.rooms import hls
from server.rooms.hls import Clock
from storage.records import Session, State
from tests.storage.shared import a_session

AT = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ZERO = (AT - hls.EPOCH) // SECOND
N = hls.number(AT)  # begins at AT


def session(begun: float, seconds: float, state: State = State.OPEN) -> Session:
    return a_session(
        "s", state=state, created_at=AT + begun * SECOND, duration=round(seconds * SAMPLE_RATE)
    )


def line(start: float, end: float, text: str, speaker: str | None = None) -> Line:
    return Line(ZERO + start, ZERO + end, text, speaker=speaker)


def listed(text: str) -> list[int]:
    return [int(row.partition(".")[0]) for row in text.split("\n") if ".vtt" in row]


def cues(text: str) -> list[str]:
    return [row for row in text.split("\n") if "-->" in row]


def test_segments_are_numbered_by_the_clock() -> None:
    assert hls.start(N) == AT
    assert [hls.number(AT + s * SECOND) for s in (0, 5.999, 6, -0.001)] == [N, N, N + 1, N - 1]
    assert hls.edge(AT + 36 * SECOND, 30) == N + 1 and hls.edge(AT + 35.9 * SECOND, 30) == N


def test_a_playlist_begins_with_the_first_session_and_grows_by_the_clock() -> None:
    text = hls.playlist([session(0, 60)], AT + 90 * SECOND, 30)
    head = text.split("\n")[:5]
    assert head == [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-TARGETDURATION:6",
        f"#EXT-X-MEDIA-SEQUENCE:{N}",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T10:00:00.000Z",
    ]
    assert listed(text) == list(range(N, N + 10)) and text.count("#EXTINF:6.000,\n") == 10
    assert "ENDLIST" not in text and text.endswith("\n")
    assert listed(hls.playlist([session(0, 60)], AT + 96 * SECOND, 30))[-1] == N + 10


def test_a_playlist_of_a_room_in_which_nobody_spoke_yet() -> None:
    now = AT + 30 * SECOND
    assert listed(hls.playlist([], now, 30)) == [N - 3, N - 2, N - 1]
    # and it never goes back, when somebody begins
    numbers = [
        listed(hls.playlist([session(0, 5)] if s >= 0 else [], AT + s * SECOND, 30))[0]
        for s in range(-30, 90)
    ]
    assert numbers == sorted(numbers) and numbers[-1] == N


def test_a_playlist_has_the_last_hour() -> None:
    found = listed(hls.playlist([session(0, 7200)], AT + timedelta(hours=2), 30))
    assert len(found) == hls.LISTED and found[-1] == N + 1200 - 6


def test_a_room_that_is_over_is_closed_after_a_while_and_stays_so() -> None:
    over = [session(0, 60, State.READY)]
    before = hls.playlist(over, AT + 179 * SECOND, 30)
    after = [hls.playlist(over, AT + s * SECOND, 30) for s in (180, 181, 9000)]
    assert "ENDLIST" not in before and len(set(after)) == 1
    assert after[0].endswith("#EXT-X-ENDLIST\n")
    assert listed(after[0])[: len(listed(before))] == listed(before)
    assert listed(after[0])[-1] >= hls.number(AT + 60 * SECOND)


@pytest.mark.parametrize("state", [State.OPEN, State.DRAINING])
def test_a_room_is_not_over_while_somebody_may_speak(state: State) -> None:
    both = [session(0, 60, State.READY), session(90, 0, state)]
    assert hls.ended(both) is None and hls.ended([]) is None


def test_addresses_of_segments_keep_what_was_asked_for() -> None:
    assert f"\n{N}.vtt?pts=9\n" in hls.playlist([session(0, 9)], AT + 60 * SECOND, 30, "?pts=9")


def test_a_segment_has_the_cues_that_are_seen_in_it() -> None:
    lines = [line(1, 2, "one"), line(8, 9, "two")]
    assert hls.segment(lines, N, Clock()).split("\n\n")[1:] == [
        "10:00:01.000 --> 10:00:02.000\none\n"
    ]
    assert cues(hls.segment(lines, N + 1, Clock())) == ["10:00:08.000 --> 10:00:09.000"]
    assert hls.segment(lines, N + 2, Clock()) == hls.segment([], N + 2, Clock())


def test_a_cue_that_spans_segments_is_in_each_of_them_the_same() -> None:
    lines = [line(4, 8, "across the border")]
    found = [cues(hls.segment(lines, N + n, Clock())) for n in (0, 1)]
    assert found[0] == found[1] == ["10:00:04.000 --> 10:00:08.000"]


def test_cues_do_not_depend_on_which_other_lines_are_known() -> None:
    talk = [line(3 * n, 3 * n + 2.9, f"sentence number {n}, and more of it.") for n in range(40)]
    whole = {cue for n in range(20) for cue in cues(hls.segment(talk, N + n, Clock()))}
    for n in range(20):
        begin, end = 6 * n - 7, 6 * n + 13
        near = [it for it in talk if it.end >= ZERO + begin and it.start < ZERO + end]
        assert set(cues(hls.segment(near, N + n, Clock()))) <= whole


def test_a_cue_makes_room_for_the_next_line() -> None:
    lines = [line(1, 1.4, "quick"), line(1.6, 3, "quicker")]
    assert cues(hls.segment(lines, N, Clock()))[0] == "10:00:01.000 --> 10:00:01.600"
    both = [line(1, 4, "who speaks"), line(1.2, 3, "at the same time")]
    assert cues(hls.segment(both, N, Clock()))[0] == "10:00:01.000 --> 10:00:01.500"


def test_names_and_markup_are_safe() -> None:
    text = hls.segment([line(1, 3, "a < b --> c & d", "A<b>")], N, Clock())
    assert "<v A&lt;b&gt;>a &lt; b --&gt; c &amp; d" in text


def test_the_clock_of_a_video() -> None:
    assert hls.segment([], N, Clock()).startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:")
    midnight = AT.replace(hour=0)
    video = Clock(900_000, midnight + 10 * SECOND)
    assert "MPEGTS:0,LOCAL:00:00:00.000\n" in hls.segment([], N, video)
    assert Clock(0, AT).ticks(AT - SECOND) == hls.WRAP - 90_000
    assert Clock(5, AT).ticks(AT + timedelta(microseconds=1_500_000)) == 135_005


def test_times_count_from_the_midnight_of_the_segment() -> None:
    day = AT.replace(hour=0) + timedelta(days=1)
    zero = (day - hls.EPOCH) // SECOND
    spoken = [Line(zero - 2, zero + 2, "past midnight")]
    n = hls.number(day)
    assert cues(hls.segment(spoken, n - 1, Clock())) == ["23:59:58.000 --> 24:00:02.000"]
    assert cues(hls.segment(spoken, n, Clock())) == ["00:00:00.000 --> 00:00:02.000"]


def test_what_of_a_session_is_needed_for_a_segment() -> None:
    begin, end = hls.heard_in(session(-60, 90), N)
    assert (begin / SAMPLE_RATE, end / SAMPLE_RATE) == (53, 73)
    assert hls.heard_in(session(60, 9), N) == (0, 0)
