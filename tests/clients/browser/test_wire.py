"""Bytes and texts as the server has them."""

import json

import pytest
from captionflow import protocol
from playwright.async_api import Error

from server.protocols.native import messages
from tests.clients.browser.shared import Runs


async def test_audio_and_gaps_are_understood_by_the_server(runs: Runs) -> None:
    pos = (1 << 40) + 2
    made = await runs(
        "wire.js",
        """
        const audio = module.encodeAudio(given, new Uint8Array([1, 2, 3, 255]));
        const made = [audio, module.encodeGap(given, 2 ** 33), module.encodeAudio(0, audio)];
        return made.map((it) => [...it]);
        """,
        pos,
    )
    audio, gap, first = (messages.parse(bytes(each)) for each in made)
    assert audio == messages.Sound(pos, bytes([1, 2, 3, 255]))
    assert gap == messages.Gap(pos, 1 << 33)
    assert first == messages.Sound(0, protocol.encode_audio(pos, bytes([1, 2, 3, 255])))


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/v1/stream"),
        ("https://captions.example/", "wss://captions.example/v1/stream"),
        ("wss://captions.example/other?x=1", "wss://captions.example/other?x=1"),
        ("ws://[::1]:9/v1/stream#there", "ws://[::1]:9/v1/stream"),
    ],
)
async def test_addresses(runs: Runs, given: str, address: str) -> None:
    assert await runs("wire.js", "return module.streamUrl(given)", given) == address


@pytest.mark.parametrize("given", ["ftp://captions.example", "captions", ""])
async def test_what_is_no_address(runs: Runs, given: str) -> None:
    with pytest.raises(Error, match="TypeError"):
        await runs("wire.js", "return module.streamUrl(given)", given)


async def test_a_token_goes_where_a_browser_can_put_it(runs: Runs) -> None:
    offered = "return [module.subprotocols(), module.subprotocols(given)]"
    assert await runs("wire.js", offered, "ab.c-1") == [["stt.v1"], ["stt.v1", "bearer.ab.c-1"]]
    with pytest.raises(Error, match="characters"):
        await runs("wire.js", offered, "a b")


async def test_what_is_left_out_of_a_welcome_has_its_usual_value(runs: Runs) -> None:
    said = {"type": "welcome", "session": "s", "token": "t", "received": 0, "seq": 0, "after": 0}
    decoded = await runs("wire.js", "return module.decode(given)", json.dumps(said))
    assert decoded == {**said, "resumed": False, "max_ahead_s": 30, "max_frame": 65536}


async def test_what_a_newer_server_says(runs: Runs) -> None:
    decode = "return given.map((it) => module.decode(it))"
    unknown = [
        '{"type":"applause","seq":3}',
        '{"type":"constructor"}',
        '{"type":"pong","t":1,"n":2}',
    ]
    assert await runs("wire.js", decode, unknown) == [None, None, {"type": "pong", "t": 1, "n": 2}]


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "3",
        "null",
        "[]",
        '{"type":3}',
        '{"type":"final","seg":0,"start":0,"end":1,"text":"no number"}',
        '{"type":"partial","seg":"0","text":"","stable":0,"start":0,"end":1}',
    ],
)
async def test_what_is_not_of_this_protocol(runs: Runs, said: str) -> None:
    attempt = """
    try { return module.decode(given); }
    catch (error) { return error instanceof module.BadMessage && error.message; }
    """
    assert "the server sent" in await runs("wire.js", attempt, said)
