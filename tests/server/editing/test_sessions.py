"""A session as clients see it."""

import msgspec

from inference.types import SAMPLE_RATE
from server.editing.sessions import facts, view
from storage.records import Artifact, Retention, State
from tests.storage.shared import NOON, a_job, a_session

SESSION = a_session(
    state=State.READY,
    duration=3 * SAMPLE_RATE // 2,
    hold=True,
    retention=Retention(transcript=0),
    transcript_until=NOON,
    node="ours",
)
FLAC = Artifact(
    session="s1", name="recording", key="ann/s1/x", content_type="audio/flac", bytes=9, sha256="ab"
)


def test_a_session_has_its_artifacts_and_jobs_and_nothing_of_the_house() -> None:
    shown = msgspec.to_builtins(view(SESSION, [FLAC], [a_job("j1"), a_job("j2")]))
    assert (shown["id"], shown["state"], shown["duration"]) == ("s1", "ready", 1.5)
    assert shown["created_at"] == NOON.isoformat().replace("+00:00", "Z")
    kept = {"name": "recording", "key": "ann/s1/x", "content_type": "audio/flac"}
    assert shown["artifacts"] == [{**kept, "bytes": 9, "sha256": "ab"}]
    assert shown["jobs"] == ["j1", "j2"]
    assert shown["retention"] == {
        "recording_until": None,
        "transcript_until": shown["created_at"],
        "hold": True,
        "recording": None,
        "transcript": 0,
    }
    assert not {"node", "lease_until", "upload"} & set(shown)


def test_in_a_list_it_is_the_same_but_for_those() -> None:
    one, row = (msgspec.to_builtins(each) for each in (view(SESSION, [], []), facts(SESSION)))
    assert {name: one[name] for name in row} == row
    assert set(one) - set(row) == {"artifacts", "jobs"}
