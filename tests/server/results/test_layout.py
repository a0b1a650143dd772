from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.results.layout import AFTER, LONGEST, ROW, SHORTEST, Cue, Line, columns, cues


def spoken(text: str, start: float, pace: float = 0.3, speaker: str | None = None) -> Line:
    """A line whose words each take `pace` seconds; "_" is a second of silence."""
    words = []
    at = start
    for word in text.split():
        if word == "_":
            at += 1
            continue
        words.append((f" {word}", at, at + pace, 0.9))
        at += pace
    return Line(start, at, "".join(word for word, *_ in words).strip(), tuple(words), speaker)


def shown(lines: list[Line]) -> list[str]:
    return [" / ".join(cue.rows) for cue in cues(lines)]


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], []),
        ([spoken("Good morning.", 0)], ["Good morning."]),
        (  # broken after the clause, not in the middle of it
            [spoken("When the bridge is closed for repairs, the ferry runs on every hour.", 0)],
            ["When the bridge is closed for repairs, / the ferry runs on every hour."],
        ),
        (  # two rows are not enough: the sentences part
            [
                spoken(
                    "The bridge will be closed until the end of March. "
                    "Those who live on the other side may take the ferry for free.",
                    0,
                    0.2,
                )
            ],
            [
                "The bridge will be closed / until the end of March.",
                "Those who live on the other side / may take the ferry for free.",
            ],
        ),
        (  # segments keep to themselves
            [spoken("Good morning.", 0), spoken("How are you today?", 1.5)],
            ["Good morning.", "How are you today?"],
        ),
        (  # unless one would only flash up
            [spoken("Yes.", 0, 0.2), spoken("I do think so.", 0.3)],
            ["Yes. I do think so."],
        ),
        ([spoken("Wait _ _ here.", 0)], ["Wait", "here."]),  # a pause ends a cue
        (  # speakers never share one
            [spoken("Yes.", 0, 0.2, "Ada"), spoken("No.", 0.3, 0.2, "Bob")],
            ["Yes.", "No."],
        ),
        ([Line(0, 1, "  \n ")], []),
        ([Line(0, 2, "two\nrows\x00 of\u2028text")], ["two rows of text"]),
        (  # corrected text that its words do not spell
            [
                Line(
                    0, 2, "Ada Lovelace", ((" Either", 0.0, 1.0, 0.5), (" loveless", 1.0, 2.0, 0.5))
                )
            ],
            ["Ada Lovelace"],
        ),
        ([Line(0, 3, "x" * 50)], ["x" * 42 + " / " + "x" * 8]),  # longer than a row
        (
            [Line(0, 6, "今日は天気がいいので、みんなで公園に行きました。犬と遊びました。")],
            ["今日は天気がいいので、 / みんなで公園に行きました。犬と遊びました。"],
        ),
    ],
)
def test_words_become_cues(lines, expected):
    assert shown(lines) == expected


def test_no_row_of_chinese_or_japanese_begins_with_a_closing_mark():
    text = "我们今天去公园，看见了一只很大的狗。" * 4
    rows = [row for cue in cues([Line(0, 20, text)]) for row in cue.rows]
    assert "".join(rows) == text
    assert not [row for row in rows if row[0] in "，。"]
    assert all(len(row) <= ROW // 2 for row in rows)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([spoken("Hi.", 2, 0.2)], [(2000, 3000)]),  # a second at the least
        ([spoken("Good evening to all of you.", 0, 0.1)], [(0, 1620)]),  # time to read it
        ([spoken("Hm.", 0, 9)], [(0, LONGEST)]),  # never longer than seven seconds
        ([spoken("One.", 0, 1, "A"), spoken("Two.", 1, 1, "B")], [(0, 1000), (1000, 2000)]),
        (  # a short answer is given its second, the next one waits for it
            [spoken("Yes.", 0, 0.2, "A"), spoken("No, never.", 0.4, 1, "B")],
            [(0, 1000), (1000, 2400)],
        ),
    ],
)
def test_cues_stay_as_long_as_they_should(lines, expected):
    assert [(cue.start, cue.end) for cue in cues(lines)] == expected


def test_who_speaks_at_the_same_time_takes_turns():
    long = spoken(
        "We close the bridge in March. And we open it again in May, I think.", 0, 0.5, "A"
    )
    heard = cues([long, spoken("Why?", 3.6, 0.4, "B")])
    assert [cue.speaker for cue in heard] == ["A", "A", "B"] or [cue.speaker for cue in heard] == [
        "A",
        "B",
        "A",
    ]
    assert_in_order(heard)


def assert_in_order(found: list[Cue]) -> None:
    for cue in found:
        assert 0 <= cue.start < cue.end <= cue.start + LONGEST
        assert 1 <= len(cue.rows) <= 2
        assert all(0 < columns(row) <= ROW for row in cue.rows)
    for before, after in zip(found, found[1:], strict=False):
        assert before.end <= after.start


tokens = st.text("abcdé'-.,?<>&", min_size=1, max_size=60) | st.sampled_from(
    ["今日は", "、", "公園。", "ไทย", "한국어", "Straße", "wow!", "I", "🙂"]
)
moment = st.integers(0, 900).map(lambda hundredths: hundredths / 100)


@st.composite
def talks(draw: st.DrawFn) -> list[Line]:
    """Segments one after the other, with words of any kind, length and pause."""
    lines: list[Line] = []
    at = 0.0
    for _ in range(draw(st.integers(0, 5))):
        begin = at
        words = []
        for word in draw(st.lists(tokens, max_size=25)):
            space = draw(st.sampled_from(["", " ", " "]))
            start = at + draw(moment) / 4
            at = start + draw(moment) / 4
            words.append((space + word, start, at, 0.5))
        text = "".join(word for word, *_ in words)
        speaker = draw(st.sampled_from([None, "A", "B"]))
        lines.append(Line(begin, at, text, tuple(words) if draw(st.booleans()) else (), speaker))
    return lines


@given(talks())
def test_whatever_is_said_is_shown_once_in_order_and_in_bounds(lines):
    found = cues(lines)
    assert_in_order(found)
    assert bare("".join(row for cue in found for row in cue.rows)) == bare(
        "".join(line.text for line in lines)
    )


@given(st.lists(tokens.filter(str.isalpha), min_size=1, max_size=60), st.floats(0.1, 1.2))
def test_in_plain_speech_a_cue_stays_a_second_and_ends_with_its_words(words, pace):
    line = spoken(" ".join(words), 0, pace)
    found = cues([line])
    spelled = list(accumulate(len(word) for word in words))
    seen = 0
    for cue in found:
        seen += len(bare("".join(cue.rows)))
        last = next(i for i, letters in enumerate(spelled) if letters >= seen)
        assert cue.end <= line.words[last][2] * 1000 + AFTER + 1
    assert all(cue.end - cue.start >= SHORTEST for cue in found)


@given(st.lists(st.builds(Line, moment, moment, tokens, speaker=st.sampled_from("AB"))))
def test_lines_in_disorder_still_make_cues_in_order(lines):
    assert_in_order(cues(lines))
