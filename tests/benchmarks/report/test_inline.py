"""A drawing within a page."""

from benchmarks.report.colours import DARK
from benchmarks.report.inline import dark, inline

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9">'
    '<clipPath id="clip0"/><g clip-path="url(#clip0)"/><use xlink:href="#clip0"/></svg>'
)


def test_there_is_no_address_left():
    assert "http" not in inline(SVG, 1, "one")


def test_names_are_of_the_drawing_alone():
    one, other = inline(SVG, 1, "one"), inline(SVG, 2, "other")
    assert 'id="d1-clip0"' in one and "url(#d1-clip0)" in one and 'href="#d1-clip0"' in one
    assert "d1-" not in other and other.count("d2-clip0") == 3


def test_it_says_what_it_shows():
    assert inline(SVG, 1, "a < b").startswith('<svg role="img" aria-label="a &lt; b" width="9">')


def test_each_colour_changes_in_the_dark():
    rules = dark()
    assert rules.startswith("@media (prefers-color-scheme: dark)")
    for light, shade in DARK.items():
        assert f'svg [fill="{light}"] {{ fill: {shade}; }}' in rules
        assert f'svg [stroke="{light}"] {{ stroke: {shade}; }}' in rules
