"""One Chromium for all tests of a process, watched pages in it, and a server for each test.

All of it lives in one loop, since a browser cannot change its own: fixtures of these tests are
made by `pytest_asyncio.fixture(loop_scope="session")`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect
from pytest_asyncio import is_async_test

from tests.browser.checks import observe
from tests.browser.chromium import driver, launch
from tests.browser.microphone import Microphone
from tests.browser.modules import Modules, importing
from tests.browser.watch import Watch
from tests.server.shared import Running, serving, settings_for
from tests.storage.shared import new_database

HERE = Path(__file__).parent
PATIENCE = 15_000  # milliseconds that a page may take for anything

Opens = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def microphone_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("microphone") / "heard.wav"


@pytest.fixture
def microphone(microphone_file: Path) -> Microphone:
    """What it says is heard by pages that open it afterwards."""
    return Microphone(microphone_file)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(microphone_file: Path) -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    Microphone(microphone_file)
    async with driver() as playwright:
        browser = await launch(playwright, microphone_file)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def database_url(postgres: str, template: str) -> AsyncIterator[str]:
    async with new_database(postgres, template) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    """With a model that hears by the clock; `server.model.script` says what else."""
    patient = {"linger": 30.0}  # a page that was cut off comes back
    async with serving(settings_for(tmp_path, database_url, server=patient)) as running:
        yield running


@pytest.fixture
def watch() -> Watch:
    """Looks after all pages of the test; `watch.allow` names errors that the test is about."""
    return Watch()


@pytest_asyncio.fixture(loop_scope="session")
async def opens(browser: Browser, server: Running, watch: Watch) -> AsyncIterator[Opens]:
    """Opens a page in a context of its own: `await opens("/upload", color_scheme="dark")`.

    The test fails with anything that goes wrong on it and is not allowed by `watch`.
    """
    contexts: list[BrowserContext] = []

    async def open_page(path: str | None = None, **options: Any) -> Page:
        context = await browser.new_context(base_url=server.url, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        await observe(context)
        page = await context.new_page()
        if path is not None:
            await page.goto(path)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert watch.unexplained == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(opens: Opens) -> Page:
    """One that nothing is open on yet."""
    return await opens()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def modules(browser: Browser) -> AsyncIterator[Modules]:
    """Our modules, one at a time, without a server."""
    async with importing(browser) as found:
        yield found
