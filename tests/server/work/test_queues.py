import pytest

from server.work.queues import queue_of


@pytest.mark.parametrize(
    ("model", "queue"),
    [
        ("tiny.en", "small"),
        ("base", "small"),
        ("small", "small"),
        ("medium.en", "medium"),
        ("large-v3", "large"),
        ("large-v3-turbo", "large"),
        ("turbo", "large"),
        ("distil-large-v3", "large"),
        ("Systran/faster-whisper-medium", "medium"),
        ("/models/large/whisper-base/", "small"),  # the folder's own name counts
        ("/models/whisper-LARGE-v2", "large"),
        ("distil-small.en", "small"),
        ("mine", "small"),
        ("databases", "small"),
        ("", "small"),
    ],
)
def test_a_model_waits_by_its_size(model: str, queue: str) -> None:
    assert queue_of(model) == queue
