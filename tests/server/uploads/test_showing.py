from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from server.uploads.showing import plain, whole
from storage.records import Job, Status
from tests.server.shared import Running
from tests.server.uploads.shared import claimed, storage_of, take
from tests.storage.shared import NOON, a_job


def test_what_is_shown_of_any_job() -> None:
    job = a_job(progress=1 / 3, error={"code": "disk", "message": "is full"}, version=7)
    view = plain(job, 3, 12.3456)
    assert (view.id, view.session_id, view.created_at) == ("j1", "s1", NOON)
    assert (view.progress, view.position, view.eta, view.version) == (0.3333, 3, 12.3, 7)
    assert view.error == {"code": "disk", "message": "is full"}


async def test_how_long_it_may_take_is_known_from_others(server: Running) -> None:
    storage = storage_of(server)
    jobs = storage.jobs
    await take(server)
    first = await claimed(server)
    assert (await whole(jobs, first)).eta is None
    assert first.started_at is not None
    assert await storage.work.finish(first, "w", first.started_at + timedelta(seconds=40))
    await take(server)
    (waiting, _) = (await jobs.list("local")).jobs
    view = await whole(jobs, waiting)
    assert (view.position, view.eta) == (0, 40.0)
    running = await claimed(server)
    began = datetime.now(UTC) - timedelta(seconds=10)
    half = replace(running, progress=0.5, started_at=began)
    view = await whole(jobs, half)
    assert view.position is None and view.eta is not None and 9 < view.eta < 20
    over: Job = replace(running, status=Status.COMPLETED)
    assert (await whole(jobs, over)).eta is None
