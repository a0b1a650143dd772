import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest

from server.webhooks.post import Refused, Resolve, posting
from tests.server.webhooks.receiver import (
    Receiver,
    floods,
    hangs,
    never_stops,
    receiving,
    says,
)

PEM = Path(__file__).with_name("hook.example.pem")
LONG, SHORT = 15.0, 0.3  # seconds for a request


def named(*answers: Sequence[str]) -> tuple[Resolve, list[str]]:
    """A name server that says these, one after the other, and what it was asked."""
    asked: list[str] = []
    waiting = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        if not waiting:
            raise OSError("no such name")
        return waiting.pop(0)

    return resolve, asked


async def test_a_body_arrives_under_its_own_name(receiver: Receiver) -> None:
    resolve, asked = named(["127.0.0.1"])
    async with posting(LONG, 1, True, resolve=resolve) as post:
        await post.send(receiver.url("hook.example"), {"webhook-id": "evt_1"}, b'{"a":1}')
    (heard,) = receiver.heard
    assert heard.body == b'{"a":1}'
    assert heard.headers["host"] == f"hook.example:{receiver.port}"
    assert heard.headers["webhook-id"] == "evt_1"
    assert asked == ["hook.example"], "looked up once"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1"])
async def test_no_form_of_this_machine_is_sent_to(receiver: Receiver, host: str) -> None:
    async with posting(LONG, 1, False) as post:
        with pytest.raises(Refused, match="public|no address"):
            await post.send(receiver.url(host), {}, b"{}")
    assert receiver.heard == []


async def test_one_private_address_among_good_ones_is_refused(receiver: Receiver) -> None:
    resolve, _ = named(["8.8.8.8", "127.0.0.1"])
    async with posting(LONG, 1, False, resolve=resolve) as post:
        with pytest.raises(Refused, match="public"):
            await post.send(receiver.url("mixed.example"), {}, b"{}")
    assert receiver.heard == []


async def test_the_address_that_was_checked_is_the_one_that_is_asked(receiver: Receiver) -> None:
    """A second look at the name would lead to the receiver; there is none."""
    resolve, asked = named(["127.0.0.2"], ["127.0.0.1"])
    async with posting(LONG, 1, True, resolve=resolve) as post:
        with pytest.raises(Refused, match="not sent"):
            await post.send(receiver.url("rebinding.example"), {}, b"{}")
    assert asked == ["rebinding.example"]
    assert receiver.heard == []


async def test_the_next_address_is_tried_when_one_is_dead(receiver: Receiver) -> None:
    resolve, _ = named(["127.0.0.2", "127.0.0.1"])
    async with posting(LONG, 1, True, resolve=resolve) as post:
        await post.send(receiver.url("two.example"), {}, b"{}")
    assert len(receiver.heard) == 1


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    async with receiving() as inside:
        receiver.answer = says(307, f"location: {inside.url()}")
        async with posting(LONG, 1, True) as post:
            with pytest.raises(Refused, match="said 307"):
                await post.send(receiver.url(), {}, b"{}")
        assert inside.heard == []


@pytest.mark.parametrize("status", [200, 202, 204, 299])
async def test_any_2xx_is_good(receiver: Receiver, status: int) -> None:
    receiver.answer = says(status)
    async with posting(LONG, 1, True) as post:
        await post.send(receiver.url(), {}, b"{}")


@pytest.mark.parametrize("status", [301, 400, 410, 429, 500, 503])
async def test_any_other_status_is_not(receiver: Receiver, status: int) -> None:
    receiver.answer = says(status)
    async with posting(LONG, 1, True) as post:
        with pytest.raises(Refused, match=f"said {status}"):
            await post.send(receiver.url(), {}, b"{}")


async def test_an_answer_without_an_end_is_not_read(receiver: Receiver) -> None:
    receiver.answer = floods
    async with posting(LONG, 1, True) as post:
        await post.send(receiver.url(), {}, b"{}")
    receiver.answer = never_stops
    async with posting(LONG, 1, True) as post:
        with pytest.raises(Refused, match="not sent"):
            await post.send(receiver.url(), {}, b"{}")


async def test_who_does_not_answer_is_given_up(receiver: Receiver) -> None:
    forever = asyncio.Event()
    receiver.answer = hangs(forever)
    async with posting(SHORT, 1, True) as post:
        with pytest.raises(Refused, match="no answer"):
            await post.send(receiver.url(), {}, b"{}")
    forever.set()


async def test_a_name_server_that_does_not_answer_is_given_up() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    async with posting(SHORT, 1, True, resolve=resolve) as post:
        with pytest.raises(Refused, match="no answer"):
            await post.send("http://slow.example/", {}, b"{}")


async def test_a_name_of_nobody(receiver: Receiver) -> None:
    resolve, _ = named()
    async with posting(LONG, 1, True, resolve=resolve) as post:
        with pytest.raises(Refused, match="no address"):
            await post.send("http://nobody.example/", {}, b"{}")


async def test_a_certificate_is_held_against_the_name() -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(PEM)
    trusted = ssl.create_default_context(cafile=str(PEM))
    resolve, _ = named(["127.0.0.1"], ["127.0.0.1"])
    async with (
        receiving(tls) as receiver,
        posting(LONG, 1, True, resolve=resolve, trusted=trusted) as post,
    ):
        await post.send(receiver.url("hook.example", "https"), {}, b"{}")
        with pytest.raises(Refused, match="not sent"):
            await post.send(receiver.url("other.example", "https"), {}, b"{}")
        assert len(receiver.heard) == 1


async def test_proxies_of_the_environment_do_not_count(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with posting(LONG, 1, True) as post:
        await post.send(receiver.url(), {}, b"{}")
    assert len(receiver.heard) == 1
