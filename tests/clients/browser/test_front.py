"""What a program sees of a session."""

from typing import Any

import pytest

from tests.clients.browser.shared import Runs

SCRIPT = """
const { ConnectionFailed } = await import('/browser/failure.js');
const target = new EventTarget();
const seen = [];
for (const type of ['state', 'partial', 'final', 'warning', 'lag', 'pong', 'ended']) {
  target.addEventListener(type, ({ detail }) => seen.push([type, detail]));
}
const front = new module.Front(target);
const broken = new ConnectionFailed('lost', 'It was lost', { retryAfter: 3 });
const outcome = (it) => it.promise.then((got) => ({ got }), ({ code }) => ({ code }));
"""


async def seen(runs: Runs, steps: str) -> Any:
    return await runs("front.js", SCRIPT + steps)


async def test_a_life(runs: Runs) -> None:
    steps = """
    front.welcome({ session: 's' }, { lost: 0 });
    front.lost(broken, 0.5);
    front.end();
    front.welcome({ session: 's' }, {});
    front.ended({ duration: 2 });
    front.finish('failed', broken);
    return [seen, await outcome(front.opening), await outcome(front.ending)];
    """
    states, opening, ending = await seen(runs, steps)
    assert [detail.pop("state") for _, detail in states] == [
        *("live", "reconnecting", "ending", "ended")
    ]
    assert [detail for _, detail in states][:2] == [
        {"lost": 0},
        {"reason": "lost", "message": "It was lost", "retryIn": 0.5},
    ]
    assert (opening, ending) == ({"got": {"session": "s"}}, {"got": {"duration": 2}})


async def test_all_promises_break_with_the_session(runs: Runs) -> None:
    steps = """
    front.end();
    front.finish('failed', broken);
    return [await outcome(front.opening), await outcome(front.ending)];
    """
    assert await seen(runs, steps) == [{"code": "lost"}] * 2


@pytest.mark.parametrize(
    ("before", "code"), [("front.end()", "ending"), ("front.finish('ended', broken)", "lost")]
)
async def test_nothing_can_be_asked_for_after_the_end(runs: Runs, before: str, code: str) -> None:
    check = "; try { front.check(); return null; } catch (error) { return error.code; }"
    assert await seen(runs, before + check) == code


async def test_only_what_is_for_programs_is_told(runs: Runs) -> None:
    steps = """
    for (const type of ['partial', 'final', 'pong', 'ended', 'error', 'warning']) {
      front.tell({ type, code: 'x' }, type === 'final' ? 12.5 : null);
    }
    return seen.map(([type]) => type);
    """
    assert await seen(runs, steps) == ["partial", "final", "lag", "warning", "warning"]
