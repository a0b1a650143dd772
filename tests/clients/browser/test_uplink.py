"""Orders between the audio: each once to the program, whatever the server is asked twice."""

import random
from typing import Any

import pytest
from captionflow.protocol import (
    End,
    Ended,
    Flush,
    Flushed,
    Options,
    Update,
    Updated,
    encode,
)
from captionflow.uplink import Uplink
from playwright.async_api import Error

from tests.clients.browser.shared import Runs, plain

SCRIPT = """
const uplink = new module.Uplink(given.limit, 1e9);
const did = {
  add: (data) => uplink.kept.add(new Uint8Array(data)),
  order: (order) => uplink.order(order),
  take: (until, most) => uplink.take(until, most),
  rewind: (received, back) => uplink.rewind(received, back),
  answered: (event) => uplink.answered(event),
  options: (options, pos) => uplink.optionsAt(options, pos),
};
return given.steps.map(([what, ...how]) => {
  const answer = did[what](...how) ?? null;
  return [answer instanceof Uint8Array ? [...answer] : answer, uplink.sent, uplink.lost];
});
"""


async def told(runs: Runs, steps: list[list[Any]], limit: int = 1000) -> list[Any]:
    return list(await runs("uplink.js", SCRIPT, {"limit": limit, "steps": steps}))


def flush(id: str) -> dict[str, Any]:
    return {"type": "flush", "id": id}


def flushed(id: str) -> dict[str, Any]:
    return {"type": "flushed", "id": id, "seq": 1, "pos": 0}


class Twin:
    """The same is done to the uplink of the Python client, and what it answers is kept."""

    def __init__(self, limit: int) -> None:
        self.uplink = Uplink(limit)
        self.steps: list[list[Any]] = []
        self.answers: list[list[Any]] = []

    def does(self, what: str, *how: Any) -> Any:
        answer = self._do(what, *how)
        self.steps.append([what, *(plain(it) for it in how)])
        shown = list(answer) if isinstance(answer, bytes) else answer
        self.answers.append([shown, self.uplink.sent, self.uplink.lost])
        return answer

    def _do(self, what: str, *how: Any) -> Any:
        match what:
            case "add":
                return self.uplink.kept.add(bytes(how[0]))
            case "take":
                return self.uplink.next(*how)
            case "order":
                return self.uplink.order(*how)
            case "answered":
                return self.uplink.answered(*how)
            case _:
                return self.uplink.rewind(*how)


@pytest.mark.parametrize("seed", range(20))
async def test_it_does_what_the_python_client_does(runs: Runs, seed: int) -> None:
    chance, twin = random.Random(seed), Twin(limit=60)
    known = 0  # to the last server that had lost something; the next knows no less
    for number in range(300):
        kept = twin.uplink.kept
        match chance.randrange(8):
            case 0 | 1:
                twin.does("add", [chance.randrange(256)] * 2)
            case 2:
                twin.does(
                    "order", Flush(str(number)) if chance.random() < 0.5 else Update(Options())
                )
            case 3:
                id = str(chance.randrange(number + 1))
                twin.does(
                    "answered",
                    Updated(1, Options()) if chance.random() < 0.5 else Flushed(1, id, 0),
                )
            case 4 if chance.random() < 0.3:
                received, back = (
                    chance.randrange(known // 2, kept.end // 2 + 1) * 2,
                    chance.random() < 0.5,
                )
                known = received if back else known
                twin.does("rewind", received, back)
            case _:
                twin.does("take", kept.end + 2 * chance.randrange(-2, 2), 2)
    twin.does("order", End(twin.uplink.kept.end))
    twin.does("answered", Ended(1, 0, 0.0))
    found = await told(runs, twin.steps, limit=60)
    told_here = [[_same(answer), *rest] for answer, *rest in found]
    assert told_here == [[_same(answer), *rest] for answer, *rest in twin.answers]


def _same(answer: Any) -> Any:
    """Texts without the spaces that one of the two may put."""
    return answer.replace(" ", "") if isinstance(answer, str) else answer


async def test_an_order_waits_for_the_audio_before_it(runs: Runs) -> None:
    steps = [
        ["order", flush("a")],
        ["add", [1, 1]],
        ["order", flush("b")],
        ["order", {"type": "end", "pos": 2}],
    ]
    found = [answer for answer, *_ in await told(runs, [*steps, *[["take", 100, 100]] * 5])][4:]
    assert found == [
        encode(Flush("a")),
        [1, *[0] * 8, 1, 1],
        encode(Flush("b")),
        '{"type":"end","pos":2}',
        None,
    ]


async def test_an_answer_that_comes_twice_is_told_once(runs: Runs) -> None:
    steps = [
        ["add", [1, 1]],
        ["order", flush("a")],
        ["take", 9, 9],
        ["take", 9, 9],
        ["answered", flushed("a")],
        ["rewind", 0, True],
        ["take", 9, 9],
        ["take", 9, 9],
        ["answered", flushed("a")],
        ["answered", flushed("a")],
    ]
    found = [answer for answer, *_ in await told(runs, steps)]
    assert found[4] is True and found[7] == encode(Flush("a"))
    assert found[8:] == [False, False]


async def test_another_session_begins_with_the_options_of_now(runs: Runs) -> None:
    update = {"type": "update", "options": {"language": "de"}}
    later = {"type": "update", "options": {"language": "fr"}}
    answer = {"type": "updated", "seq": 1}
    steps = [
        ["order", update],
        ["answered", answer],
        ["add", [1, 1]],
        ["order", later],
        ["answered", answer],
        ["options", {"words": False, "language": "en"}, 2],
        ["options", {"words": False, "language": "en"}, 4],
    ]
    found = [answer for answer, *_ in await told(runs, steps)][-2:]
    assert found == [{"words": False, "language": it} for it in ("de", "fr")]


async def test_too_many_orders_are_refused(runs: Runs) -> None:
    with pytest.raises(Error, match="RangeError"):
        await told(runs, [["order", flush(str(it))] for it in range(401)])
