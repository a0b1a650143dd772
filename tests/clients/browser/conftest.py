"""Modules of `clients/browser` in the Chromium of tests/browser, alone and against a server."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import (
    browser,
    database_url,
    microphone,
    microphone_file,
    modules,
    opens,
    page,
    server,
    watch,
)
from tests.browser.modules import Modules
from tests.clients.browser.shared import Runs
from tests.nodes.conftest import s3_settings, seaweed, site, valkey

__all__ = [
    "browser",
    "database_url",
    "microphone",
    "microphone_file",
    "modules",
    "opens",
    "page",
    "s3_settings",
    "seaweed",
    "server",
    "site",
    "valkey",
    "watch",
]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture
def runs(modules: Modules) -> Runs:
    """`await runs("wire.js", "return module.decode(given)", message)`."""

    async def run(name: str, body: str, given: Any = None) -> Any:
        return await modules.ask(f"/browser/{name}", f"(async (module) => {{ {body} }})(it)", given)

    return run
