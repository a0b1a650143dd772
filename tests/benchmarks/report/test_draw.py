"""Drawings by the real vl-convert, which is given no address it may ask."""

import struct

import pytest

from benchmarks.report import draw
from benchmarks.report.charts import panels
from benchmarks.report.kinds import kinds
from tests.benchmarks import made


@pytest.fixture(scope="module")
def drawn():
    return panels(kinds([made.result((1, 2))]), {})


def test_an_svg_of_the_size_of_a_phone(drawn):
    svg = draw.svg(drawn[0])
    assert svg.startswith("<svg ")
    assert f'width="{draw.WIDTH}" height="{draw.HEIGHT}"' in svg
    assert "Word first shown, p50" in svg
    assert "captionflow" not in svg  # the legend is the page's


def test_fonts_are_generic(drawn):
    svg = draw.svg(drawn[0])
    assert svg.count("font-family=") == svg.count('font-family="sans-serif"') > 0


def test_a_picture_has_its_panels_side_by_side(drawn):
    one, three = draw.png(drawn[:1]), draw.png(drawn[:3])
    assert one[:8] == three[:8] == b"\x89PNG\r\n\x1a\n"
    (narrow, height), (wide, same) = (struct.unpack(">II", png[16:24]) for png in (one, three))
    assert wide > 2.5 * narrow
    assert abs(height - same) < 10
