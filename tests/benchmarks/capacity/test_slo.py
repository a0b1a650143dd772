"""SLO files: what is in them, and what is wrong with them."""

import pytest

from benchmarks.capacity.slo import BadSlo, load, parse, shipped


def test_the_bounds_of_a_file():
    slo = parse("mine", "committed.p95 = 4\nwer_over_offline = 1.5\nrewritten = 0")
    assert slo.bounds == {"committed.p95": 4.0, "wer_over_offline": 1.5, "rewritten": 0.0}
    assert slo.needs_offline
    assert not parse("mine", "wer = 9.0").needs_offline


def test_a_table_is_the_same_as_dots():
    assert parse("a", "[endings]\np50 = 1\np99 = 3") == parse("a", "endings = {p50 = 1, p99 = 3}")


def test_the_captions_that_the_readme_speaks_of():
    assert load("captions").bounds == {
        "committed.p95": 4.0,
        "endings.p95": 2.5,
        "wer_over_offline": 1.0,
        "lag_slope": 0.005,
    }


def test_of_those_that_ship_agents_are_the_strictest_and_broadcast_the_loosest():
    assert set(shipped()) == {"agents", "broadcast", "captions"}
    for bound in ("committed.p95", "endings.p95"):
        agents, captions, broadcast = (
            load(name).bounds[bound] for name in ("agents", "captions", "broadcast")
        )
        assert agents < captions < broadcast


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("shown.p50 = 0.8")
    slo = load(str(path))
    assert (slo.name, slo.bounds) == ("mine", {"shown.p50": 0.8})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("comitted.p95 = 4", "unknown figure 'comitted'"),
        ("committed.p96 = 4", "unknown 'committed.p96'"),
        ("committed = 4", "committed.p95 = 4.0"),
        ("committed.p95 = '4 s'", "committed.p95 must be a number"),
        ("committed.p95 = nan", "must be a number"),
        ("lag_slope = -1", "at least 0"),
        ("lag_slope = true", "lag_slope must be a number"),
        ("lag_slope.p95 = 1", "lag_slope must be a number"),
        ("errors = 1", "unknown figure 'errors'"),
        ("", "no bounds"),
        ("committed.p95 =", "Invalid value"),
    ],
)
def test_what_is_no_slo_is_said_to_be(text, message):
    with pytest.raises(BadSlo, match=message):
        parse("mine", text)


def test_a_file_that_is_not_there_or_wrong(tmp_path):
    with pytest.raises(BadSlo, match=r"cannot read nowhere; .*agents, broadcast, captions"):
        load("nowhere")
    path = tmp_path / "bad.toml"
    path.write_text("x = 1")
    with pytest.raises(BadSlo, match=r"bad\.toml: unknown figure 'x'"):
        load(str(path))
