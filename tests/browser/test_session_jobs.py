"""The page of an upload whose job waits, fails or dies; jobs are left to the test."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import expect

from storage.jobs import WORK
from tests.browser.checks import axe
from tests.browser.conftest import Opens
from tests.browser.sessions import claimed, storage_of
from tests.browser.watch import Watch
from tests.server.shared import Running, serving
from tests.server.uploads.shared import quiet, take

FULL = {"code": "disk", "message": "is full"}
NO_AUDIO = {"code": "unreadable_audio", "message": "no audio track in it"}


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    async with serving(quiet(tmp_path, database_url)) as running:
        yield running


async def begun(server: Running) -> dict[str, Any]:
    told: dict[str, Any] = (await take(server)).json()
    return told


async def failed(server: Running) -> None:
    """The job that waits longest, for a reason that does not pass."""
    job, work = await claimed(server), storage_of(server).work
    now = datetime.now(UTC)
    await work.fail(job, "w", NO_AUDIO, retry=False, now=now, jitter=0.0)


async def dead(server: Running) -> None:
    work = storage_of(server).work
    for attempt in range(WORK.attempts):
        job = await work.claim(["small"], "w", datetime(2100, 1, 1, tzinfo=UTC))
        assert job is not None
        long_ago = datetime(2020, 1, 1 + attempt, tzinfo=UTC)
        await work.fail(job, "w", FULL, retry=True, now=long_ago, jitter=0.0)


async def status(server: Running, id: str) -> str:
    return str((await server.get(f"/v1/jobs/{id}")).json()["status"])


async def test_a_job_goes_on_before_its_owners_eyes(server: Running, opens: Opens) -> None:
    await begun(server)
    told = await begun(server)
    page = await opens(f"/sessions/{told['session_id']}")
    text, bar = page.locator("#message-text"), page.get_by_role("progressbar")
    await expect(text).to_have_text("Waiting for its turn · one recording before it")
    assert await bar.get_attribute("value") is None
    await failed(server)
    job, now = await claimed(server), datetime.now(UTC)
    assert await storage_of(server).work.progress(job, "w", "transcribing", 0.43, now)
    await expect(text).to_contain_text("Transcribing · 43 %")
    await expect(bar).to_have_attribute("value", "0.43")
    assert await axe(page) == []


async def test_a_file_that_is_to_blame(server: Running, opens: Opens) -> None:
    told = await begun(server)
    page = await opens(f"/sessions/{told['session_id']}")
    await failed(server)
    await expect(page.locator("#message-text")).to_have_text(
        "This recording could not be transcribed. No audio track in it."
    )
    await expect(page.get_by_role("link", name="Upload another file")).to_be_visible()
    assert await axe(page) == []
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator("#message-text")).to_contain_text("Waiting for its turn")
    jobs = (await server.session(told["session_id"]))["jobs"]
    assert jobs[0] == told["job_id"] and len(jobs) == 2
    assert await status(server, jobs[1]) == "queued"


async def test_a_dead_job_is_called_back(server: Running, opens: Opens) -> None:
    told = await begun(server)
    await dead(server)
    page = await opens(f"/sessions/{told['session_id']}")
    await expect(page.get_by_text("could not be transcribed. Is full.")).to_be_visible()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator("#message-text")).to_contain_text("Waiting for its turn")
    await expect(page.get_by_role("status").filter(has_text="Queued")).to_be_visible()
    assert (await server.session(told["session_id"]))["jobs"] == [told["job_id"]]
    assert await status(server, told["job_id"]) == "queued"


async def test_somebody_else_was_quicker(server: Running, opens: Opens, watch: Watch) -> None:
    watch.allow("status of 409")
    told = await begun(server)
    await failed(server)
    page = await opens(f"/sessions/{told['session_id']}")
    await page.get_by_role("button", name="Try again").wait_for()
    again = f"/v1/sessions/{told['session_id']}/retranscribe"
    assert (await server.http.post(again, json={})).status_code == 202
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator(".toast")).to_be_visible()
    await expect(page.locator("#message-text")).to_contain_text("Waiting for its turn")
    assert len((await server.session(told["session_id"]))["jobs"]) == 2
