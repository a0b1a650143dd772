"""What the server counts and measures, for Prometheus. Told by others, decides nothing.

One registry for each app, so that two in one process do not share numbers.
"""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from inference.types import SAMPLE_RATE, Samples, Urgency
from streaming.filters import Filter

_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
_ROWS = (1, 2, 3, 4, 6, 8, 12, 16, 32)


class Metrics:
    content_type = "text/plain; version=0.0.4"

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sessions = Gauge("captionflow_sessions", "Live sessions now", registry=self.registry)
        self.ended = self._counter("sessions_ended", "Live sessions by how they ended", "why")
        self.refused = self._counter("sessions_refused", "Connections refused, by reason", "why")
        self.audio = self._counter("audio_seconds", "Audio heard")
        self.words = self._counter("words", "Words in segments")
        self.dropped = self._counter("words_dropped", "Words taken out, by filter", "filter")
        self.failures = self._counter("model_failures", "Windows the model gave no answer for")
        self.wait = self._histogram(
            "model_wait_seconds", "Time the oldest window of a batch waited", "urgency"
        )
        self.compute = self._histogram(
            "model_pass_seconds", "Time of one pass of the model", "urgency"
        )
        self.rows = self._histogram("model_batch_rows", "Windows in one pass", "urgency", _ROWS)
        self.final_delay = self._histogram(
            "final_delay_seconds", "From the end of speech to its segment, in received audio"
        )
        self.lag = self._histogram(
            "caption_lag_seconds", "Received audio that a new caption does not cover yet"
        )
        self.viewers = Gauge(
            "captionflow_viewers", "Viewers of captions now", registry=self.registry
        )
        self.viewers_cut = self._counter("viewers_cut", "Viewers cut off as they read too slowly")
        self.calls = Gauge(
            "captionflow_calls", "Publishers over WebRTC now", registry=self.registry
        )
        self.packets = self._counter(
            "packets", "Packets of publishers, by what became of them", "was"
        )
        for each in Filter:
            self.dropped.labels(each.value)

    def watch_bus(self, dropped: Callable[[], int]) -> None:
        """dropped: messages lost so far because the bus was away."""
        gauge = Gauge(
            "captionflow_bus_dropped", "Messages lost as the bus was away", registry=self.registry
        )
        gauge.set_function(dropped)

    def passed(self, urgency: Urgency, rows: int, waited: float, took: float) -> None:
        name = urgency.name.lower()
        self.wait.labels(name).observe(waited)
        self.compute.labels(name).observe(took)
        self.rows.labels(name).observe(rows)

    def filtered(self, reason: Filter, words: int) -> None:
        self.dropped.labels(reason.value).inc(words)

    def heard(self, samples: Samples) -> None:
        self.audio.inc(samples / SAMPLE_RATE)

    def page(self) -> bytes:
        return generate_latest(self.registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"captionflow_{name}", what, labels, registry=self.registry)

    def _histogram(
        self, name: str, what: str, label: str = "", buckets: Sequence[float] = _SECONDS
    ) -> Histogram:
        labels = [label] if label else []
        return Histogram(
            f"captionflow_{name}", what, labels, registry=self.registry, buckets=buckets
        )
