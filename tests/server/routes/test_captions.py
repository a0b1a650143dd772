import pytest

from server.routes.captions import number
from tests.server.shared import Running, pcm, raw, until

TALK = pcm("...." + "#" * 12 + "." * 9 + "#" * 9 + "." * 11)


@pytest.mark.parametrize(
    ("text", "found"),
    [("1", 1), ("0", 0), (None, None), ("", None), ("-1", None), ("1.5", None), ("\u0663", None)],
)
def test_the_number_of_the_last_event(text: str | None, found: int | None) -> None:
    assert number(text) == found
    assert number("9" * 19) is None and number("1" * 5000) is None


async def test_subtitles_of_all_that_was_said_in_a_room_so_far(server: Running) -> None:
    async with raw(server.url) as client:
        await client.hello(room="hall")
        await client.audio(0, TALK)
        finals = [(await client.hear("final"))["text"] for _ in "ab"]

        async def both() -> bool:
            text = await _subtitles(server, "hall")
            return all(final in text for final in finals)

        await until(both)  # rows follow within a second
        await client.say("end", pos=len(TALK))
        await client.closed()
    text = await _subtitles(server, "hall")
    assert text.startswith("WEBVTT\n") and text.count("-->") >= 2
    assert await _subtitles(server, "another") == "WEBVTT\n"


async def test_subtitles_of_a_session_that_has_no_room(server: Running) -> None:
    async with raw(server.url) as client:
        session = (await client.hello())["session"]
        await client.audio(0, TALK)
        final = (await client.hear("final"))["text"]

        async def there() -> bool:
            return final in await _subtitles(server, session)

        await until(there)


async def test_two_sessions_of_a_room_follow_each_other(server: Running) -> None:
    for _ in range(2):
        async with raw(server.url) as client:
            await client.hello(room="hall")
            await client.audio(0, TALK)
            await client.say("end", pos=len(TALK))
            assert await client.closed() == (1000, "done")

    async def all_four() -> bool:
        return (await _subtitles(server, "hall")).count("w") >= 8

    await until(all_four)
    lines = (await _subtitles(server, "hall")).split("\n")
    starts = [line.split(" ")[0] for line in lines if "-->" in line]
    assert starts == sorted(starts) and len(set(starts)) == len(starts)


async def test_a_room_that_cannot_be_has_no_subtitles(server: Running) -> None:
    assert (await server.get("/captions/%00.vtt")).text == "WEBVTT\n"


async def test_a_room_has_a_page_that_may_be_part_of_any_other(server: Running) -> None:
    answer = await server.get("/captions/hall")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    again = await server.get("/captions/hall", **{"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_pages_of_other_sites_may_read_captions(server: Running) -> None:
    subtitles = await server.get("/captions/hall.vtt")
    assert subtitles.headers["access-control-allow-origin"] == "*"
    async with server.http.stream("GET", "/captions/hall/events") as answer:
        assert answer.headers["access-control-allow-origin"] == "*"


async def _subtitles(server: Running, room: str) -> str:
    answer = await server.get(f"/captions/{room}.vtt")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/vtt")
    return answer.text
