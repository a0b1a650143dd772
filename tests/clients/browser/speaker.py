"""A page that speaks: the browser's client in it, and what it was told."""

import base64
import json
from typing import Any

from playwright.async_api import Page

from tests.server.shared import until

PIECE = 3200  # bytes: 100 ms at 16 kHz
BLANK = "/assets/icon.svg"  # a document of the server's, under its policy, that does nothing

BEGIN = """
async ([url, wishes, piece]) => {
  const { Connection } = await import('/browser/connection.js');
  const live = new Connection(url, { rate: 16000, language: 'en', ...wishes });
  const seen = [];
  for (const type of ['partial', 'final', 'revise', 'warning', 'speech_start', 'speech_end',
    'state', 'lag']) {
    live.addEventListener(type, ({ detail }) => seen.push({ ...detail, type }));
  }
  const says = async (text, pause) => {
    const bytes = Uint8Array.from(atob(text), (it) => it.charCodeAt(0));
    for (let at = 0; at < bytes.length; at += piece) {
      live.send(new Int16Array(bytes.slice(at, at + piece).buffer));
      if (pause) await new Promise((on) => setTimeout(on, pause * 1000));
    }
  };
  const attempt = (promise) => promise.then(
    (it) => ({ got: it ?? null }),
    ({ name, code, message, retryAfter, close }) =>
      ({ failed: { name, code, message, retryAfter, close } }),
  );
  Object.assign(window, { live, seen, says, attempt });
}
"""


class Speaker:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def begins(self, url: str, **wishes: Any) -> None:
        """A client of the server at `url` that is not open yet."""
        await self.page.goto(BLANK)
        await self.page.evaluate(BEGIN, [url, wishes, PIECE])

    async def opens(self, url: str, **wishes: Any) -> dict[str, Any]:
        """The welcome."""
        await self.begins(url, **wishes)
        welcome: dict[str, Any] = await self.page.evaluate("live.open()")
        return welcome

    async def attempts(self, what: str) -> dict[str, Any]:
        """What a promise came to: `got`, or `failed`."""
        outcome: dict[str, Any] = await self.page.evaluate(f"attempt((async () => {what})())")
        return outcome

    async def says(self, audio: bytes, pause: float = 0.01) -> None:
        """In pieces of 100 ms, with so many seconds between them: ten times as fast as one can."""
        said = base64.b64encode(audio).decode()
        await self.page.evaluate("([said, pause]) => says(said, pause)", [said, pause])

    async def ends(self) -> float:
        """The duration of it all."""
        ended = await self.page.evaluate("live.end()")
        return float(ended["duration"])

    async def has(self, name: str) -> Any:
        """`state`, `session`, `sent`, `received`, `settled` or `roundTrip`."""
        return await self.page.evaluate(f"live.{name}")

    async def becomes(self, state: str, seconds: float = 15.0) -> None:
        async def is_so() -> bool:
            return bool(await self.has("state") == state)

        await until(is_so, seconds)

    async def told(self, type: str) -> list[dict[str, Any]]:
        """All events of this type so far."""
        seen: list[dict[str, Any]] = json.loads(await self.page.evaluate("JSON.stringify(seen)"))
        return [each for each in seen if each["type"] == type]

    async def hears(self, count: int, type: str = "final") -> list[dict[str, Any]]:
        """So many events of this type, or more."""

        async def heard() -> bool:
            return len(await self.told(type)) >= count

        await until(heard)
        return await self.told(type)

    async def texts(self) -> list[str]:
        return [each["text"] for each in await self.told("final")]

    async def states(self) -> list[str]:
        return [each["state"] for each in await self.told("state")]
