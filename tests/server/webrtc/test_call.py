"""Real publishers, by aiortc, and the sessions that hear them."""

import pytest

from inference.types import Options
from server.settings import Settings
from tests.server.shared import Running, serving, settings_for, until
from tests.server.viewers import watching
from tests.server.webrtc.publisher import publisher, publishing

TALK = "...." + "#" * 15 + "." * 12
SAID = "w1 w2 w3 w4 w5"


async def test_captions_come_back_over_the_data_channel(server: Running) -> None:
    async with watching(server.url, room="hall") as viewer:
        async with publishing(server.url, picture=TALK, language="en") as one:
            welcome = await one.hears("welcome")
            final = await one.hears("final")
            one.say("end")
            ended = await one.hears("ended")
            assert (await one.hang_up()).status_code == 200
        await viewer.sees("end")
    assert final["text"] == SAID and viewer.finals == [SAID]
    assert [round(word["start"], 1) for word in final["words"]] == [0.3, 0.6, 0.9, 1.2, 1.5]
    assert [each["seq"] for each in one.heard if "seq" in each][1:] == [1, 2, 3, 4]
    assert one.of("partial")[-1]["text"] == SAID
    assert one.of("audio_ack") and ended["duration"] > 2.3
    record = await server.over(welcome["session"])
    assert (record["state"], record["protocol"], record["room"]) == ("ready", "whip", "hall")
    sound, rate = await server.recording(welcome["session"])
    assert len(sound) / rate == pytest.approx(ended["duration"], abs=0.001)
    assert abs(sound[8000:29_000]).max() > 10_000 and abs(sound[:5600]).max() < 100


async def test_what_is_asked_for_in_the_address(server: Running) -> None:
    wishes = {"hotwords": "Ada, Grace", "translate_to": "en", "partials": "false", "words": "0"}
    async with publishing(server.url, picture=TALK, language="de", **wishes) as one:
        final = await one.hears("final")
        assert one.of("partial") == [] and "words" not in final
    heard = {window.options for window in server.model.windows}
    assert heard == {Options("de", "translate", ("Ada", "Grace"))}


async def test_a_pause_may_be_longer_than_usual(server: Running) -> None:
    picture = "####" + "." * 9 + "####" + "." * 30
    async with publishing(server.url, picture=picture, language="en", endpoint_ms=2000) as one:
        await one.hears("final")
        assert len(one.of("speech_end")) == 1


async def test_who_has_no_data_channel_is_heard_all_the_same(server: Running) -> None:
    async with (
        watching(server.url, room="hall") as viewer,
        publisher(server.url, picture=TALK, channel=False) as one,
    ):
        await one.publish(language="en")
        await one.connect()
        await viewer.sees("final")
        assert (await one.hang_up()).status_code == 200
    assert viewer.finals == [SAID]


async def test_hanging_up_says_the_last_of_it(server: Running) -> None:
    async with publishing(server.url, picture="...." + "#" * 15, language="en") as one:
        session = (await one.hears("welcome"))["session"]
        await until(one.track.over.is_set)
        await one.hears("partial")
        assert (await one.hang_up()).status_code == 200
        await one.hears("ended")
        assert [each["text"] for each in one.of("final")] == [SAID]
        assert (await one.hang_up()).status_code == 404
    assert (await server.over(session))["state"] == "ready"


@pytest.mark.parametrize(
    "said",
    ["nonsense", '{"type": "hello"}', "x" * 5000, b"\x00\x01", '{"type": "ack"}'],
    ids=["no JSON", "hello", "too long", "bytes", "no number"],
)
async def test_what_nobody_understands_is_answered_and_nothing_else(
    server: Running, said: str | bytes
) -> None:
    async with publishing(server.url, picture=TALK, language="en") as one:
        await one.hears("welcome")
        one.channel.send(said)
        assert (await one.hears("warning"))["code"] == "bad_message"
        one.say("ping", t=7)
        assert (await one.hears("pong"))["t"] == 7
        assert (await one.hears("final"))["text"] == SAID


async def test_a_flood_of_messages_ends_the_call(server: Running) -> None:
    async with publishing(server.url, picture=TALK, language="en") as one:
        await one.hears("welcome")
        for _ in range(1500):
            one.say("ping")
        await until(lambda: one.connection.connectionState == "closed")


async def test_a_session_that_is_full_of_sound_does_not_stop_the_publisher(server: Running) -> None:
    """A model that does not answer holds up captions; the sound is all there in the end."""
    server.model.hold()
    async with publishing(server.url, picture="#" * 60 + "." * 12, language="en") as one:
        session = (await one.hears("welcome"))["session"]
        await until(one.track.over.is_set)
        server.model.release()
        await one.hears("final")
        await one.hang_up()
    record = await server.over(session)
    assert record["duration"] >= 7.1


async def test_the_server_stops_and_what_was_heard_stays(settings: Settings) -> None:
    async with (
        serving(settings) as server,
        publishing(server.url, picture=TALK, language="en") as one,
    ):
        session = (await one.hears("welcome"))["session"]
        await one.hears("final")
        server.server.should_exit = True
        await until(lambda: one.connection.connectionState == "closed")
        await until(lambda: server.registry.running == {})
    again = settings_for(
        settings.storage.data_dir, settings.storage.database_url or "", webrtc={"loopback": True}
    )
    async with serving(again) as server:
        assert (await server.session(session))["state"] == "ready"
