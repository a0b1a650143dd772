"""Credentials as coturn checks them with `use-auth-secret`."""

import base64
import hashlib
import hmac
import re

from server.webrtc.turn import credential, links


def test_servers_without_a_secret_are_only_named() -> None:
    assert links((), b"secret", 60, 0.0) == []
    assert links(("stun:a", "turn:b?transport=udp"), None, 60, 0.0) == [
        '<stun:a>; rel="ice-server"',
        '<turn:b?transport=udp>; rel="ice-server"',
    ]


def test_a_turn_server_gets_credentials_that_expire() -> None:
    stun, turn, turns = links(("stun:a", "turn:b", "turns:c"), b"north", 3600, 1_000_000.9)
    assert "credential" not in stun
    found = re.fullmatch(
        r'<turn:b>; rel="ice-server"; username="(.+?)"; credential="(.+?)"'
        r'; credential-type="password"',
        turn,
    )
    assert found is not None and turns.startswith("<turns:c>")
    name, password = found.groups()
    assert name == "1003600:captionflow"
    mac = hmac.new(b"north", name.encode(), hashlib.sha1).digest()
    assert base64.b64decode(password) == mac


def test_the_credential_of_a_known_pair() -> None:
    # as `turnutils_uclient -W` and `openssl dgst -sha1 -hmac` make it
    assert (
        credential(b"north", "1433895918:foo")
        == base64.b64encode(hmac.digest(b"north", b"1433895918:foo", hashlib.sha1)).decode()
    )
