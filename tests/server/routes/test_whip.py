"""WHIP by a client that says anything: each status code, and the headers that programs read."""

import re
from pathlib import Path

import httpx
import pytest

from server.settings import Settings
from tests.server.shared import Running, serving, settings_for
from tests.server.webrtc.publisher import SDP, Publisher, publisher, publishing, stay_here
from tests.server.webrtc.test_sdp import AUDIO, BAD, DATA, HEAD, ICE, video

FRAGMENT = {"content-type": "application/trickle-ice-sdpfrag"}
REAL = ICE.replace("AA:BB", ":".join(["AB"] * 32))
OFFER = HEAD + "a=group:BUNDLE 0 9\r\n" + (AUDIO + DATA).replace(ICE, REAL)

stay_here()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_for(tmp_path, database_url, webrtc={"loopback": True})


async def post(server: Running, body: str | bytes, **options: object) -> httpx.Response:
    given = {"headers": SDP, **options}
    return await server.http.post("/whip/hall", content=body, **given)  # type: ignore[arg-type]


async def test_a_publisher_gets_an_answer_and_all_that_it_needs(server: Running) -> None:
    answer = await post(server, OFFER)
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"].startswith("application/sdp")
    assert re.fullmatch(r"/whip/session/[A-Za-z0-9_-]{22}", answer.headers["location"])
    assert re.fullmatch(r'"[0-9a-f]{16}"', answer.headers["etag"])
    link = '</captions/hall/events>; rel="urn:captionflow:captions"'
    assert answer.headers["link"] == link
    lines = answer.text.split("\r\n")
    assert "a=end-of-candidates" in lines and "a=setup:active" in lines and "a=recvonly" in lines
    assert any(line.startswith("a=candidate:") and " 127.0.0.1 " in line for line in lines)
    assert (await server.http.delete(answer.headers["location"])).status_code == 200


async def test_video_is_offered_and_sound_is_taken_as_obs_needs_it(server: Running) -> None:
    mids = {"1": "H264", "2": "H265", "3": "AV1"}
    async with publisher(server.url, picture="...." + "#" * 15 + "." * 12) as one:
        videos = "".join(video(mid, codec) for mid, codec in mids.items())
        own = await one.offer()
        group = re.search(r"a=group:BUNDLE (.*)\r\n", own)
        assert group is not None
        offer = own.replace(group[0], f"a=group:BUNDLE {group[1]} 1 2 3\r\n")
        offer = offer.replace("a=mid:1\r\n", "a=mid:9\r\n").replace("0 1 1 2 3", "0 9 1 2 3")
        answer = await one.publish(offer + videos)
        assert answer.status_code == 201, answer.text
        sections = answer.text.split("m=")[1:]
        assert [each.split(" ")[:2] for each in sections[2:]] == [["video", "0"]] * 3
        assert all("a=inactive" in each for each in sections[2:])
        assert "a=group:BUNDLE 0 9\r\n" in answer.text
        kept = answer.text.split("m=video")[0].replace("mid:9", "mid:1").replace("0 9", "0 1")
        await one.connect(kept)
        await one.hears("final")


@pytest.mark.parametrize("name", BAD)
async def test_what_is_no_offer_has_its_status(server: Running, name: str) -> None:
    text, status, code = BAD[name]
    answer = await post(server, text)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert server.registry.running == {}


async def test_what_aiortc_cannot_take_is_the_publishers_mistake(server: Running) -> None:
    answer = await post(server, OFFER.replace("a=setup:actpass", "a=setup:whatever"))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_sdp")
    assert server.registry.running == {} and server.server.app.state.calls.board.calls == 0
    assert (await post(server, OFFER)).status_code == 201


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
async def test_another_type_is_not_taken(server: Running, kind: str) -> None:
    answer = await post(server, OFFER, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert answer.headers["accept-post"] == "application/sdp"


async def test_too_much_is_not_read(server: Running) -> None:
    answer = await post(server, OFFER + "a=x\r\n" * 20_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"language": "tlh"}, "tlh"),
        ({"translate_to": "fr"}, "translate_to"),
        ({"endpoint_ms": "5"}, "endpoint_ms"),
        ({"endpoint_ms": "soon"}, "endpoint_ms"),
        ({"partials": "maybe"}, "partials"),
        ({"hotwords": "a," * 200}, "hotwords"),
        ({"langauge": "en"}, "langauge"),
    ],
)
async def test_a_wish_that_cannot_be_granted(
    server: Running, query: dict[str, str], word: str
) -> None:
    answer = await post(server, OFFER, params=query)
    assert answer.status_code == 400
    assert word in answer.json()["detail"]


async def test_a_room_has_a_name(server: Running) -> None:
    for name in ("%00", "x" * 129):
        answer = await server.http.post(f"/whip/{name}", content=OFFER, headers=SDP)
        assert answer.status_code == 400 and "room" in answer.json()["detail"]


async def test_addresses_that_come_later(server: Running) -> None:
    """A publisher whose offer has none is found by what it says afterwards."""
    async with publisher(server.url, picture="...." + "#" * 15 + "." * 12) as one:
        offer = await one.offer()
        candidates = re.findall(r"a=candidate:.*\r\n", offer)
        bare = re.sub(r"a=(candidate:.*|end-of-candidates)\r\n", "", offer)
        created = await one.publish(bare)
        location, tag = created.headers["location"], created.headers["etag"]
        await one.described()
        for body in ("".join(candidates), "a=end-of-candidates\r\n"):
            answer = await patch(one, location, "m=audio 9 X 0\r\na=mid:0\r\n" + body, tag)
            assert (answer.status_code, answer.content) == (204, b"")
            assert "etag" not in answer.headers
        await one.connected()
        await one.hears("final")


async def patch(
    one: Publisher, location: str, body: str, tag: str | None, **headers: str
) -> httpx.Response:
    given = {**FRAGMENT, **({} if tag is None else {"if-match": tag}), **headers}
    return await one.http.patch(location, content=body, headers=given)


async def test_what_is_wrong_with_a_fragment(server: Running) -> None:
    async with publishing(server.url, picture="...." + "#" * 15 + "." * 12) as one:
        location, tag = one.answer.headers["location"], one.answer.headers["etag"]
        fine = "a=mid:0\r\n"
        wrong: list[tuple[str, str | None, str, int]] = [
            (fine, None, "application/trickle-ice-sdpfrag", 428),
            (fine, '"another"', "application/trickle-ice-sdpfrag", 412),
            (fine, "*", "application/trickle-ice-sdpfrag", 422),
            (fine, tag, "application/sdp", 415),
            ("hello", tag, "application/trickle-ice-sdpfrag", 400),
            ("a=ice-ufrag:other\r\na=ice-pwd:x\r\n", tag, "application/trickle-ice-sdpfrag", 422),
            ("a=x\r\n" * 20_000, tag, "application/trickle-ice-sdpfrag", 413),
        ]
        for body, match, kind, status in wrong:
            answer = await patch(one, location, body, match, **{"content-type": kind})
            assert answer.status_code == status, (body[:30], answer.text)
        assert (await patch(one, location, fine, '"another"')).headers["etag"] == tag
        assert (await patch(one, "/whip/session/nobody", fine, tag)).status_code == 404
        assert (await patch(one, location, fine, f'"x", {tag}')).status_code == 204
        await one.hears("final")  # the call has not noticed


async def test_methods_that_say_little(server: Running) -> None:
    location = (await post(server, OFFER)).headers["location"]
    for path in ("/whip/hall", location):
        answer = await server.get(path)
        assert (answer.status_code, answer.content) == (204, b"")
        answer = await server.http.put(path, content=b"")
        assert answer.status_code == 405
        assert answer.headers["access-control-allow-origin"] == "*"
    assert (await server.get("/whip/session/nobody")).status_code == 404
    assert (await server.http.delete("/whip/session/nobody")).status_code == 404


async def test_pages_of_any_origin_may_publish(server: Running) -> None:
    asks = {"origin": "https://a.example", "access-control-request-method": "POST"}
    for path in ("/whip/hall", "/whip/session/any"):
        answer = await server.http.options(path, headers=asks)
        assert answer.status_code == 204 and "link" not in answer.headers
        assert answer.headers["accept-post"] == "application/sdp"
        allowed = answer.headers["access-control-allow-headers"]
        assert {"authorization", "content-type", "if-match"} <= set(allowed.split(", "))
        assert "PATCH" in answer.headers["access-control-allow-methods"]
    exposed = (await post(server, OFFER)).headers["access-control-expose-headers"]
    assert {"location", "etag", "link"} <= set(exposed.split(", "))


async def test_ice_servers_are_named_with_credentials(tmp_path: Path, database_url: str) -> None:
    secret = tmp_path / "turn"
    secret.write_text("north\n")
    servers = ["stun:stun.example", "turn:turn.example?transport=udp"]
    webrtc = {"loopback": True, "ice_servers": servers, "turn_key_file": str(secret)}
    async with serving(settings_for(tmp_path, database_url, webrtc=webrtc)) as server:
        named = (await server.http.options("/whip/hall")).headers["link"]
        created = (await post(server, OFFER)).headers["link"]
    for link in (named, created):
        assert '<stun:stun.example>; rel="ice-server"' in link
        assert '<turn:turn.example?transport=udp>; rel="ice-server"; username="' in link
        assert 'credential-type="password"' in link and "north" not in link
    assert "urn:captionflow:captions" in created


async def test_the_announced_address_is_told(tmp_path: Path, database_url: str) -> None:
    webrtc = {"announced_address": "203.0.113.5"}
    async with serving(settings_for(tmp_path, database_url, webrtc=webrtc)) as server:
        answer = await post(server, OFFER)
    found = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) \d+ typ host", answer.text)
    assert {each for each in found if "." in each} <= {"203.0.113.5"}


async def test_it_may_be_switched_off(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(tmp_path, database_url, webrtc={"enabled": False})
    async with serving(settings) as server:
        for answer in (await post(server, OFFER), await server.get("/whip/hall")):
            assert answer.status_code == 404
