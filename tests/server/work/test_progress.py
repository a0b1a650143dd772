from datetime import timedelta

import pytest

from server.work.progress import STAGES, fraction, seconds_left
from storage.records import Job, Status
from tests.storage.shared import NOON, a_job


def test_the_stages_make_one_whole() -> None:
    ends = [end for _, end in STAGES.values()]
    assert [begin for begin, _ in STAGES.values()] == [0.0, *ends[:-1]]
    assert ends[-1] == 1.0


@pytest.mark.parametrize(
    ("stage", "share", "whole"),
    [
        ("fetching", 0.0, 0.0),
        ("fetching", 1.0, 0.02),
        ("transcribing", 0.5, 0.5),
        ("transcribing", 7.0, 0.98),  # a file that is longer than it says
        ("transcribing", -1.0, 0.02),
        ("storing", 1.0, 1.0),
    ],
)
def test_a_share_of_a_stage_is_a_part_of_the_whole(stage: str, share: float, whole: float) -> None:
    assert fraction(stage, share) == pytest.approx(whole)


def running(progress: float, seconds: float) -> Job:
    begun = NOON - timedelta(seconds=seconds)
    return a_job(status=Status.PROCESSING, progress=progress, started_at=begun)


@pytest.mark.parametrize(
    ("job", "facts", "seconds"),
    [
        (running(0.5, 60), {}, 60),
        (running(0.25, 60), {"pace": 1.0}, 180),  # its own speed says more than that of others
        (running(0.0, 5), {}, None),
        (running(0.0, 5), {"pace": 20.0}, 15),
        (running(0.0, 50), {"pace": 20.0}, 0),
        (running(0.5, -5), {}, 0),  # clocks of two machines
        (running(1.0, 60), {}, 0),
        (a_job(), {"position": 0, "pace": 20.0}, 20),
        (a_job(), {"position": 4, "pace": 20.0, "at_once": 2}, 60),
        (a_job(), {"position": 4, "pace": 20.0, "at_once": 0}, 100),
        (a_job(), {"position": 4}, None),
        (a_job(), {"pace": 20.0}, None),
        (a_job(status=Status.COMPLETED), {"pace": 20.0, "position": 1}, None),
    ],
)
def test_what_is_left_is_guessed_from_what_was_seen(
    job: Job, facts: dict[str, float], seconds: float | None
) -> None:
    left = seconds_left(job, NOON, **facts)  # type: ignore[arg-type]
    assert left == (None if seconds is None else pytest.approx(seconds))
