"""Why there are no captions: the same names as the Python client has."""

import pytest
from captionflow.errors import CLOSES, from_close

from tests.clients.browser.shared import Runs

FROM = """
const failure = module.fromClose(...given);
return [failure instanceof Error, failure.name, failure.code, failure.message, failure.close,
  failure.retryAfter ?? null];
"""


@pytest.mark.parametrize("close", [*CLOSES, 4999])
async def test_closes_have_names(runs: Runs, close: int) -> None:
    found = await runs("failure.js", FROM, [close, "the reason"])
    expected = from_close(close, "the reason")
    assert found[:3] == [True, "ConnectionFailed", expected.code]
    assert found[3].endswith(": the reason") and found[4:] == [close, None]


async def test_what_the_server_said_before_says_more(runs: Runs) -> None:
    said = {"code": "storage_full", "message": "no room on the disk", "retry_after": 5}
    found = await runs("failure.js", FROM, [1012, "the disk is full", said])
    assert found[2:] == ["storage_full", "no room on the disk", 1012, 5]
