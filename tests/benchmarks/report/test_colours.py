"""Colours that can be told from the paper, in light and in dark."""

import re

import pytest

from benchmarks.report.colours import ALARM, DARK, INK, LINE, SERIES, SOFT, colour
from benchmarks.report.page import STYLE


def luminance(shade):
    """As WCAG 2 has it, 0 to 1."""
    parts = (int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("shade", [INK, SOFT, ALARM, *SERIES])
def test_lines_and_words_stand_out_on_both_papers(shade):
    light, dark = re.findall(r"--paper: (#\w{6})", STYLE.read_text())
    assert contrast(shade, light) >= 4.5
    assert contrast(DARK[shade], dark) >= 4.5


def test_each_colour_is_one_and_has_its_dark_one():
    used = [INK, SOFT, LINE, ALARM, *SERIES]
    assert set(DARK) == set(used)
    assert len(set(used)) == len(used)
    assert len(set(DARK.values())) == len(used)


def test_colours_begin_again_after_the_last():
    assert colour(len(SERIES)) == SERIES[0]
