"""What is left of an upload: of a good one, of a bad one, of one that could not be heard yet."""

import io
import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import numpy as np
import pytest
import soundfile
from msgspec.structs import replace

from server.parts import OWNER
from server.uploads.settings import UploadSettings
from server.work.settings import WorkSettings
from storage.records import Job, Retention, State, Status, Webhook
from tests.fakes import drawn
from tests.server.shared import settings_for, until
from tests.server.work.children import STEPS, child
from tests.server.work.house import QUICK, House, opened, quick, wav
from tests.storage.shared import NOON

TALK = "..######.............######.............."
LONG = TALK.replace("######", "###########")  # enough to tell the language of
NAMES = ["recording", *(f"transcript.{kind}" for kind in ("json", "srt", "txt", "vtt"))]


async def done(house: House, job: Job, work: WorkSettings = QUICK) -> Job:
    async with house.working(work):
        return await house.ended(job)


async def test_an_upload_ends_as_a_live_session_does(house: House) -> None:
    events = ("session.ready", "job.completed", "session.failed")
    hook = Webhook(id="h", owner=OWNER, url="http://x", events=events, created_at=NOON)
    await house.storage.webhooks.add(hook)
    data = wav(LONG, 44_100)
    job = await house.upload(data, options={"language": None, "words": True, "model": "base"})
    after = await done(house, job)
    assert (after.status, after.stage, after.progress) == (Status.COMPLETED, "completed", 1.0)
    session = await house.session(job)
    assert (session.state, session.language, session.error) == (State.READY, "en", None)
    assert abs(session.duration - len(drawn(LONG))) < 512
    assert session.ready_at is not None
    assert session.recording_until == session.ready_at + timedelta(hours=48)
    assert len(await house.texts(job)) == 2
    assert await house.names(job) == NAMES
    for artifact in await house.storage.artifacts.list(job.session):
        content = await house.object(artifact.key)
        assert (artifact.bytes, artifact.sha256) == (len(content), sha256(content).hexdigest())
        if artifact.name == "recording":
            kept, rate = soundfile.read(io.BytesIO(content), dtype="int16")
            given, _ = soundfile.read(io.BytesIO(data), dtype="int16")
            assert rate == 44_100
            assert np.array_equal(kept, given)
        if artifact.name == "transcript.txt":
            assert content.decode().split("\n")[:2] == await house.texts(job)
    assert await house.storage.objects.stat(f"{OWNER}/{job.session}/upload") is None
    assert house.files() == []
    later = datetime.now(UTC) + timedelta(hours=1)
    told = await house.storage.deliveries.claim(datetime.now(UTC), later, 10)
    told += await house.storage.deliveries.claim(datetime.now(UTC), later, 10)
    assert {it.event for it in told} <= {"session.ready", "job.completed"}
    assert told


async def test_progress_grows_and_names_its_stages(house: House) -> None:
    job = await house.upload(wav(TALK * 8))
    seen: list[Job] = []
    async with house.working():
        async for each in house.storage.jobs.events(OWNER, job.id):
            seen.append(each)
    shares = [it.progress for it in seen]
    assert shares == sorted(shares)
    assert [it.stage for it in seen][-1] == "completed"
    assert {it.stage for it in seen} <= {
        *("queued", "starting", "fetching", "transcribing", "storing", "completed")
    }


async def test_the_options_of_the_session_are_asked_for(house: House) -> None:
    options = {"language": "de", "task": "translate", "hotwords": ["Ada"], "model": "base"}
    await done(house, await house.upload(wav(TALK), options=options))
    asked = {it.options for it in house.model.windows}
    (only,) = asked
    assert (only.language, only.task, only.hotwords) == ("de", "translate", ("Ada",))


async def test_a_file_without_speech_is_ready_and_empty(house: House) -> None:
    job = await house.upload(wav("." * 20))
    assert (await done(house, job)).status is Status.COMPLETED
    assert await house.texts(job) == []
    assert await house.names(job) == NAMES


@pytest.mark.parametrize("data", [b"", b"hello", os.urandom(4000), wav("")[:40]])
async def test_bad_audio_fails_at_once_with_what_was_found(house: House, data: bytes) -> None:
    job = await house.upload(data)
    after = await done(house, job)
    assert (after.status, after.attempts) == (Status.FAILED, 1)
    assert after.error is not None
    assert after.error["code"] == "unreadable_audio"
    assert set(after.error) == {"code", "message", "found"}
    session = await house.session(job)
    assert (session.state, session.error) == (State.FAILED, after.error["message"])
    assert session.recording_until is not None, "the file is not kept for ever"
    assert await house.names(job) == []
    assert house.files() == []


async def test_a_file_that_is_too_long_fails_at_once(tmp_path, database_url) -> None:
    settings = replace(quick(tmp_path, database_url), uploads=UploadSettings(max_seconds=2))
    async with opened(settings) as house:
        after = await done(house, await house.upload(wav(TALK)))
    assert (after.status, after.error and after.error["code"]) == (Status.FAILED, "too_long")


async def test_a_file_that_is_gone_fails_at_once(house: House) -> None:
    job = await house.upload(wav(TALK))
    await house.storage.objects.delete(f"{OWNER}/{job.session}/upload")
    after = await done(house, job)
    assert (after.status, after.error and after.error["code"]) == (Status.FAILED, "gone")


async def test_a_model_that_fails_is_asked_again_until_the_job_is_dead(house: House) -> None:
    house.model.fails = lambda _: True
    job = await house.upload(wav(TALK))
    await house.storage.database.row(
        "UPDATE jobs SET attempts = 4 WHERE id = $1 RETURNING id", job.id
    )
    after = await done(house, job)
    assert (after.status, after.attempts) == (Status.DEAD, 5)
    assert after.error is not None
    assert after.error["code"] == "internal"
    assert (await house.session(job)).state is State.FAILED
    assert await house.keys(job) == [f"{OWNER}/{job.session}/upload"], "for a replay"
    house.model.fails = lambda _: False
    await house.storage.jobs.replay(OWNER, job.id, datetime.now(UTC))
    assert (await done(house, job)).status is Status.COMPLETED
    assert (await house.session(job)).state is State.READY


async def test_another_model_is_loaded_for_its_job(house: House) -> None:
    job = await house.upload(wav(TALK), model="tiny")
    assert (await done(house, job)).status is Status.COMPLETED
    assert house.loaded == ["tiny"]
    assert house.model.windows == []
    assert len(house.other.windows) == 2


async def test_one_that_is_kept_for_no_time_is_delivered_all_the_same(house: House) -> None:
    job = await house.upload(wav(TALK), retention=Retention(recording=0, transcript=0))
    await done(house, job)
    session = await house.session(job)
    assert session.recording_until == session.transcript_until == session.ready_at
    assert await house.names(job) == NAMES
    assert len(await house.texts(job)) == 2


async def test_a_session_that_is_ready_is_heard_again_from_its_recording(house: House) -> None:
    first = await house.upload(wav(TALK))
    await done(house, first)
    before = await house.session(first)
    await house.storage.segments.correct(
        first.session, 0, 1, "ann", datetime.now(UTC), text="corrected"
    )
    recording = await house.object(f"{OWNER}/{first.session}/recording.flac")
    again = replace(first, id="again", created_at=datetime.now(UTC))
    await house.storage.jobs.enqueue(before, again)
    assert (await done(house, again)).status is Status.COMPLETED
    assert await house.session(first) == before
    segments = await house.storage.segments.list(first.session)
    assert [it.revision for it in segments] == [3, 1]
    assert "corrected" not in [it.text for it in segments]
    (kept,) = await house.storage.segments.corrections(first.session)
    assert kept.author == "ann"
    assert await house.object(f"{OWNER}/{first.session}/recording.flac") == recording
    for artifact in await house.storage.artifacts.list(first.session):
        content = await house.object(artifact.key)
        assert artifact.sha256 == sha256(content).hexdigest()
    assert len(await house.keys(first)) == len(NAMES), "what was replaced is gone"


async def test_one_that_is_heard_again_and_fails_stays_as_it_was(house: House) -> None:
    first = await house.upload(wav(TALK))
    await done(house, first)
    before, texts = await house.session(first), await house.texts(first)
    kept = await house.storage.artifacts.list(first.session)
    again = replace(first, id="again", created_at=datetime.now(UTC))
    await house.storage.jobs.enqueue(before, again)
    recording = f"{OWNER}/{first.session}/recording.flac"
    await house.storage.objects.put_bytes(recording, b"damaged", "audio/flac")
    assert (await done(house, again)).status is Status.FAILED
    assert await house.session(first) == before
    assert await house.texts(first) == texts
    assert await house.storage.artifacts.list(first.session) == kept


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
async def test_a_worker_that_is_killed_loses_and_repeats_nothing(
    tmp_path, database_url, step: str
) -> None:
    async with opened(quick(tmp_path, database_url)) as house:
        job = await house.upload(wav(TALK))
        async with child(tmp_path, database_url, step) as killed:
            assert await killed.ended() == -9
        assert len(house.files()) > 0 or step == "forget"
        after = await done(house, job)
        assert (after.status, after.attempts) == (Status.COMPLETED, 1 if step == "forget" else 2)
        session = await house.session(job)
        assert session.state is State.READY
        segments = await house.storage.segments.list(job.session)
        assert [(it.number, it.revision) for it in segments] == [(0, 1), (1, 1)]
        assert await house.names(job) == NAMES
        assert house.files() == []
        if step != "forget":  # then it goes with the recording
            await until_gone(house, job)


async def until_gone(house: House, job: Job) -> None:
    async def gone() -> bool:
        return await house.storage.objects.stat(f"{OWNER}/{job.session}/upload") is None

    await until(gone)


def test_settings_say_when_a_worker_is_lost(tmp_path) -> None:
    with pytest.raises(ValueError, match="heartbeat"):
        WorkSettings(heartbeat=5.0, lost=6.0)
    assert settings_for(tmp_path, "").work == WorkSettings()
