"""Against a peer that does what a test tells it."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from captionflow import ServerError
from captionflow.web import LOST, Patience, Web

Script = list[Callable[["Handler"], None]]


class Handler(BaseHTTPRequestHandler):
    """Answers each request as the script says, the last line of it for all others."""

    protocol_version = "HTTP/1.1"
    script: Script
    seen: list[tuple[str, str, bytes]]

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.seen.append((self.command, self.path, body))
        (self.script.pop(0) if len(self.script) > 1 else self.script[0])(self)

    do_GET = do_POST = do_PUT = handle_any

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, address: object) -> None:
        pass


@contextmanager
def playing(
    *script: Callable[[Handler], None],
) -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    """The address of a peer, and the requests it got."""
    seen: list[tuple[str, str, bytes]] = []
    handler = type("Told", (Handler,), {"script": [*script], "seen": seen})
    with Quiet(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", seen
        finally:
            server.shutdown()
            thread.join()


def fine(handler: Handler) -> None:
    handler.say(200, b'{"a": 1}')


def hang_up(handler: Handler) -> None:
    handler.close_connection = True


def busy(handler: Handler) -> None:
    handler.say(503, b'{"code": "busy", "detail": "later"}', retry_after="0")


def bad(handler: Handler) -> None:
    handler.say(422, b'{"code": "invalid", "detail": "model: is not here"}')


def web(url: str, patience: float = 10.0) -> Web:
    return Web(url, "secret", timeout=10.0, patience=patience)


def test_a_request_and_its_answer() -> None:
    with playing(fine) as (url, seen):
        assert web(url).json("POST", "/x?y=1", {"b": 2}) == b'{"a": 1}'
        assert web(url.replace("http", "ws")).json("GET", "/z") == b'{"a": 1}'
    assert seen == [("POST", "/x?y=1", b'{"b":2}'), ("GET", "/z", b"")]


def test_a_refusal_in_the_servers_words() -> None:
    with playing(bad) as (url, seen), pytest.raises(ServerError) as caught:
        web(url).json("GET", "/")
    assert (caught.value.code, caught.value.message) == ("invalid", "model: is not here")
    assert len(seen) == 1
    with playing(lambda it: it.say(404, b"<p>")) as (url, _), pytest.raises(ServerError) as caught:
        web(url).json("GET", "/")
    assert caught.value.code == "refused" and "404" in caught.value.message


def test_a_server_that_is_busy_is_asked_again() -> None:
    with playing(busy, busy, fine) as (url, seen):
        assert web(url).json("GET", "/") == b'{"a": 1}'
    assert len(seen) == 3
    with playing(busy) as (url, _), pytest.raises(ServerError, match="later"):
        web(url, patience=0.0).json("GET", "/")


def test_a_connection_that_is_lost_is_made_again_and_all_is_sent_anew() -> None:
    with playing(fine, hang_up, fine) as (url, seen):
        known = web(url)
        known.json("GET", "/")
        known.send("PUT", f"{url}/f?s=1", {"content-type": "a/b"}, 4, lambda: [b"ab", b"cd"])
    assert seen[1:] == [("PUT", "/f?s=1", b"abcd")] * 2


def test_a_server_that_never_was_there_is_not_waited_for() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as free:
        address = f"http://127.0.0.1:{free.server_address[1]}"
    with pytest.raises(ServerError) as caught:
        web(address).json("GET", "/")
    assert caught.value.code == "unreachable"


def test_lines_until_they_end_and_until_they_break() -> None:
    def broken(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"3\r\na\nb\r\n")
        handler.close_connection = True

    with playing(lambda it: it.say(200, b"a\nb\n")) as (url, _):
        assert list(web(url).lines("/", {})) == ["a\n", "b\n"]
    with playing(broken) as (url, _):
        seen = []
        with suppress(*LOST):
            for line in web(url).lines("/", {}):
                seen.append(line)
        assert seen[:1] == ["a\n"] and not any(line.endswith("\n") for line in seen[1:])


def test_whoever_waits_is_woken_by_a_close() -> None:
    began, go = threading.Event(), threading.Event()

    def held(handler: Handler) -> None:
        began.set()
        go.wait(10)

    with playing(held) as (url, _):
        waiting, errors = web(url), []

        def ask() -> None:
            try:
                waiting.json("GET", "/")
            except ServerError as error:
                errors.append(error.code)

        thread = threading.Thread(target=ask)
        thread.start()
        assert began.wait(10)
        waiting.close()
        thread.join(10)
        go.set()
        assert errors == ["closed"]
        with pytest.raises(ServerError):
            waiting.json("GET", "/")


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://a", "http://"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        web(url)


def test_patience_is_had_for_a_while_and_again_when_something_was_heard() -> None:
    now = 0.0
    trying = Patience(10.0, lambda: now)
    assert [trying.next(None) for _ in range(3)] == [0.5, 1.0, 2.0]
    assert trying.next(3.0) == 3.0 and trying.next(99.0) == 10.0
    now = 10.0
    assert not trying.may_go_on and trying.next(None) == 0.0
    trying.heard()
    assert trying.may_go_on and trying.next(None) == 0.5
