"""Whether the server is alive and ready, and what it measures."""

import pytest

from tests.server.shared import Running, pcm, talk


async def test_alive_and_ready(server: Running) -> None:
    assert (await server.get("/health/live")).json() == {"status": "alive"}
    ready = await server.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "sessions": 0})
    async with server.connect():
        assert (await server.get("/health/ready")).json()["sessions"] == 1


async def test_metrics_after_a_session(server: Running) -> None:
    async with server.connect() as live:
        await talk(live, pcm("...." + "#" * 15 + "." * 10))
    await server.over(live.welcome.session)
    answer = await server.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    values = dict(
        line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")
    )
    assert float(values["captionflow_sessions"]) == 0
    assert float(values['captionflow_sessions_ended_total{why="ended"}']) == 1
    assert float(values["captionflow_audio_seconds_total"]) == pytest.approx(2.9)
    assert float(values["captionflow_words_total"]) == 5
    assert float(values["captionflow_final_delay_seconds_count"]) == 1
    assert float(values["captionflow_caption_lag_seconds_count"]) >= 1
    for name in ("model_wait_seconds", "model_pass_seconds", "model_batch_rows"):
        closing = (f'captionflow_{name}_count{{urgency="{it}"}}' for it in ("early", "final"))
        assert sum(float(values.get(each, 0)) for each in closing) == 1  # as busy as it was
