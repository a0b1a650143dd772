"""What is there of uploads when all is over: rows, objects, recordings."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from benchmarks.chaos import kept, once
from benchmarks.chaos.once import Done, Objects, Verdict
from benchmarks.chaos.sender import Sent
from benchmarks.chaos.verdict import Recording, matched
from server.retention.tidy import Leftovers
from storage.open import open_storage
from storage.settings import StorageSettings

DOWNLOADS = 4  # at a time

JOBS = """
SELECT j.id AS job, s.id AS session, j.idempotency_key AS key, j.status, s.state, j.attempts,
    ARRAY(SELECT text FROM segments WHERE session = s.id ORDER BY number) AS texts,
    (SELECT count(*) FROM segments WHERE session = s.id AND revision <> 1) AS revised,
    ARRAY(SELECT name FROM artifacts WHERE session = s.id ORDER BY name) AS names,
    ARRAY(SELECT key FROM artifacts WHERE session = s.id ORDER BY name) AS keys,
    s.upload ->> 'key' AS upload,
    (SELECT count(*) FROM became_ready WHERE session = s.id) AS readied,
    ARRAY(SELECT event FROM deliveries WHERE webhook = 'chaos'
        AND body->'data'->>'session_id' = s.id ORDER BY event) AS told
FROM sessions s LEFT JOIN jobs j ON j.session = s.id ORDER BY s.created_at
"""


class Finished(Struct, frozen=True):
    """verdicts: by the key of the order. strays: sessions and jobs that no client knows of."""

    verdicts: dict[str, Verdict]
    strays: tuple[str, ...]
    objects: Objects
    faults: tuple[str, ...]


async def rows(settings: StorageSettings) -> list[Done]:
    """Every session with its jobs."""
    async with kept.database(settings) as connection:
        found = await connection.fetch(JOBS)
    return [
        Done(
            job=row["job"] or "",
            session=row["session"],
            key=row["key"],
            status=row["status"] or "",
            state=row["state"],
            attempts=row["attempts"] or 0,
            texts=tuple(row["texts"]),
            revised=row["revised"],
            artifacts=dict(zip(row["names"], row["keys"], strict=True)),
            upload=row["upload"],
            readied=row["readied"],
            told=tuple(row["told"]),
        )
        for row in found
    ]


async def recordings(url: str, sent: Sequence[Sent]) -> dict[str, Recording | None]:
    """What is downloaded, against what was sent; by the id of the session."""
    found: dict[str, Recording | None] = {}
    waiting = iter([one for one in sent if one.session])

    async def some(todo: Iterator[Sent]) -> None:
        for one in todo:
            samples = await kept.recording(url, one.session)
            made = await asyncio.to_thread(one.talk)
            found[one.session] = None if samples is None else matched(made, samples)

    await asyncio.gather(*(some(waiting) for _ in range(DOWNLOADS)))
    return found


async def finished(
    settings: StorageSettings, sent: Sequence[Sent], recorded: dict[str, Recording | None]
) -> Finished:
    """After all processes have ended; tidies the store up."""
    done = await rows(settings)
    objects = await _objects(settings, done)
    by_job = {one.job: one for one in done}
    verdicts: dict[str, Verdict] = {}
    faults: list[str] = []
    for one in sent:
        faults += [f"{one.order.key}: {fault}" for fault in one.faults]
        row = by_job.pop(one.job, None)
        if row is None or (row.session, row.key) != (one.session, one.order.key):
            faults.append(f"{one.order.key}: no such job is there: {one.job or '(never taken)'}")
            continue
        made = await asyncio.to_thread(one.talk)
        verdict = once.judge(made, row, recorded.get(one.session))
        verdicts[one.order.key] = verdict
        faults += [f"{one.order.key}, job {one.job}: {fault}" for fault in verdict.faults]
    strays = tuple(one.job or one.session for one in by_job.values())
    faults += [f"an artifact is not in the store: {key}" for key in objects.missing]
    faults += [f"an object that nothing knows of: {key}" for key in objects.stuck]
    return Finished(verdicts, strays, objects, tuple(faults))


async def _objects(settings: StorageSettings, done: Sequence[Done]) -> Objects:
    async with open_storage(settings) as storage:
        before = await storage.objects.list()
        tidy = Leftovers(storage, settings.data_dir, None)
        await tidy.tidy(datetime.now(UTC), timedelta(0))
        return once.objects(done, before, await storage.objects.list())
