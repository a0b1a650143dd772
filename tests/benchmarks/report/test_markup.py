"""Words stay words."""

from benchmarks.report.markup import Html, join, tag


def test_words_are_escaped_and_html_is_not():
    assert tag("p", "a < b & c", Html("<br>")) == "<p>a &lt; b &amp; c<br></p>"


def test_attributes():
    found = tag("div", class_="wide", aria_label='say "all"')
    assert found == '<div class="wide" aria-label="say &quot;all&quot;"></div>'


def test_elements_without_an_inside():
    assert tag("meta", name="a", content="b") == '<meta name="a" content="b">'


def test_what_is_joined_is_html():
    assert tag("p", join(["<", tag("b", ">")])) == "<p>&lt;<b>&gt;</b></p>"
