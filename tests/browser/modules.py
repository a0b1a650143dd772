"""A page in which our modules can be imported, for tests of those that are pure. No server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Route

from server.pages.files import read
from server.pages.paths import file_of

NOWHERE = "http://127.0.0.1:9"  # nobody is asked: what is wanted from there is answered here


class Modules:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def ask(self, path: str, script: str, given: Any = None) -> Any:
        """What a script makes of the module at a path, as `it`, and of what is `given`."""
        source = f"async (given) => {{ const it = await import('{path}'); return {script}; }}"
        return await self.page.evaluate(source, given)


@asynccontextmanager
async def importing(browser: Browser) -> AsyncIterator[Modules]:
    context = await browser.new_context()
    files = read()

    async def answer(route: Route) -> None:
        file = files.get(file_of(urlsplit(route.request.url).path) or "")
        if file is None:
            await route.fulfill(body="<!doctype html>", content_type="text/html")
        else:
            await route.fulfill(body=file.body, content_type=file.type)

    try:
        await context.route("**/*", answer)
        page = await context.new_page()
        await page.goto(f"{NOWHERE}/blank")
        yield Modules(page)
    finally:
        await context.close()
