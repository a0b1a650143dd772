from inference.types import Urgency
from server.metrics import Metrics
from streaming.filters import Filter


def values(metrics: Metrics) -> dict[str, float]:
    lines = metrics.page().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_what_is_told_is_on_the_page() -> None:
    metrics = Metrics()
    metrics.passed(Urgency.LOOK, rows=3, waited=0.2, took=0.4)
    metrics.filtered(Filter.LOOP, 5)
    metrics.heard(8000)
    page = values(metrics)
    assert page['captionflow_model_batch_rows_sum{urgency="look"}'] == 3
    assert page['captionflow_model_wait_seconds_sum{urgency="look"}'] == 0.2
    assert page['captionflow_model_pass_seconds_bucket{le="0.5",urgency="look"}'] == 1
    assert page['captionflow_words_dropped_total{filter="loop"}'] == 5
    assert page["captionflow_audio_seconds_total"] == 0.5


def test_every_filter_is_there_before_it_drops_a_word() -> None:
    page = values(Metrics())
    for reason in Filter:
        assert page[f'captionflow_words_dropped_total{{filter="{reason.value}"}}'] == 0


def test_two_servers_in_a_process_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()
    one.heard(16_000)
    assert values(other)["captionflow_audio_seconds_total"] == 0


def test_what_the_bus_dropped_is_asked_for_when_somebody_looks() -> None:
    metrics, dropped = Metrics(), [0]
    metrics.watch_bus(lambda: dropped[0])
    dropped[0] = 7
    assert values(metrics)["captionflow_bus_dropped"] == 7
