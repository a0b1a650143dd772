"""Held to the vector of the specification's libraries, and to a reader written from its text."""

import base64
from datetime import UTC, datetime

from server.webhooks.signing import headers, key_of, shown
from tests.server.webhooks.verifying import verified

AT = datetime(2026, 11, 21, 12, 0, 0, 999_999, UTC)


def test_the_vector_of_the_specification() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    made = headers(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at)
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_who_has_the_secret_can_verify() -> None:
    key = key_of(b"s" * 32, "wh_1")
    body = '{"type":"session.ready","wort":"日本"}'.encode()
    made = headers(key, "evt_1", body, AT)
    assert verified(shown(key), made, body, AT)
    assert not verified(shown(key), made, body + b" ", AT)
    assert not verified(shown(key_of(b"s" * 32, "wh_2")), made, body, AT)
    assert not verified(shown(key), {**made, "webhook-id": "evt_2"}, body, AT)
    later = AT.replace(minute=6)
    assert not verified(shown(key), made, body, later)


def test_the_secret_has_the_length_that_the_specification_asks_for() -> None:
    secret = shown(key_of(b"s" * 32, "wh_1"))
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
