"""Connections that are broken off in each moment of their life."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from ipaddress import ip_address
from pathlib import Path

import pytest
from captionflow.breakable import Breakable
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

WAIT = 15.0  # seconds; far more than anything here takes
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"


@contextmanager
def listening(backlog: int = 5) -> Iterator[tuple[socket.socket, str]]:
    with socket.create_server(("127.0.0.1", 0), backlog=backlog) as server:
        server.settimeout(WAIT)
        yield server, f"127.0.0.1:{server.getsockname()[1]}"


def broken_off(breakable: Breakable, wait: Callable[[], object], begun: Callable[[], None]) -> None:
    """`wait` raises OSError once it is broken off, and does so long before its own timeout."""
    errors: list[Exception] = []

    def waits() -> None:
        try:
            wait()
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=waits)
    thread.start()
    begun()
    breakable.break_off()
    thread.join(WAIT)
    assert not thread.is_alive() and len(errors) == 1
    with pytest.raises(ConnectionAbortedError):
        breakable.connected(False, "127.0.0.1:1", WAIT)


def holds(breakable: Breakable) -> Callable[[], None]:
    """Waits until it has begun to connect."""

    def begun() -> None:
        done = threading.Event()
        while breakable._socket is None:
            done.wait(0.001)

    return begun


def test_while_it_is_connecting() -> None:
    breakable = Breakable()
    with listening(backlog=0) as (server, place), ExitStack() as stack:
        for _ in range(8):  # more than the queue of those who wait to be accepted has room for
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        broken_off(breakable, lambda: breakable.connected(False, place, 60), holds(breakable))


def test_while_its_cipher_is_agreed_upon() -> None:
    breakable = Breakable()
    with listening() as (server, place), ExitStack() as stack:

        def begun() -> None:
            peer, _ = server.accept()
            stack.enter_context(peer)
            assert peer.recv(1)

        broken_off(breakable, lambda: breakable.connected(True, place, 60), begun)


def test_while_it_waits_for_an_answer() -> None:
    breakable = Breakable()
    with listening() as (server, place), ExitStack() as stack:

        def asks() -> None:
            connection = breakable.connected(False, place, 60)
            stack.callback(connection.close)
            connection.request("GET", "/")
            connection.getresponse()

        def begun() -> None:
            peer, _ = server.accept()
            stack.enter_context(peer)
            assert peer.recv(1)

        broken_off(breakable, asks, begun)


def answered(connection: HTTPConnection) -> bytes:
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    finally:
        connection.close()


def answering(server: socket.socket, context: ssl.SSLContext | None = None) -> threading.Thread:
    """A thread that answers one request."""

    def answer() -> None:
        peer, _ = server.accept()
        with context.wrap_socket(peer, server_side=True) if context else peer as spoken:
            spoken.recv(4096)
            spoken.sendall(ANSWER)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_one_connection_after_the_other() -> None:
    breakable = Breakable()
    with listening() as (server, place):
        for _ in range(2):
            thread = answering(server)
            assert answered(breakable.connected(False, place, WAIT)) == b"hi"
            thread.join(WAIT)


def test_with_a_cipher_and_a_name_that_is_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(proof)
    with listening() as (server, place):
        monkeypatch.setenv("SSL_CERT_FILE", str(proof))
        thread = answering(server, context)
        assert answered(Breakable().connected(True, place, WAIT)) == b"hi"
        thread.join(WAIT)


def certificate(folder: Path) -> Path:
    """Of 127.0.0.1, with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "proof.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_nobody_is_there() -> None:
    with listening() as (_, place):
        pass
    with pytest.raises(ConnectionRefusedError):
        Breakable().connected(False, place, WAIT)


def test_who_does_not_answer_in_time() -> None:
    with listening(backlog=0) as (server, place), ExitStack() as stack:
        for _ in range(8):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        with pytest.raises(TimeoutError):
            Breakable().connected(False, place, 0.1)
