"""Connections of HTTP that another thread may break off, whatever they wait for just now.

Says nothing over them. Only the look-up of a name cannot be broken off.
"""

import os
import ssl
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from selectors import EVENT_WRITE, DefaultSelector
from socket import (
    IPPROTO_TCP,
    SHUT_RDWR,
    SO_ERROR,
    SOCK_STREAM,
    SOL_SOCKET,
    TCP_NODELAY,
    getaddrinfo,
    socket,
)
from threading import Lock
from typing import Any


class Breakable:
    """One connection after the other, until it is broken off."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._socket: socket | None = None
        self._broken = False

    def connected(self, secure: bool, place: str, timeout: float) -> HTTPConnection:
        """place: name and port, as an address has them. timeout: seconds for each wait.

        Raises OSError, also when it is broken off.
        """
        if not secure:
            plain = HTTPConnection(place, timeout=timeout)
            plain.sock = self._reached(plain.host, plain.port, timeout)
            return plain
        context = ssl.create_default_context()
        connection = HTTPSConnection(place, timeout=timeout, context=context)
        way = self._reached(connection.host, connection.port, timeout)
        connection.sock = self._secured(way, context, connection.host)
        return connection

    def break_off(self) -> None:
        """Whatever waits gets an OSError, now and later."""
        with self._lock:
            self._broken = True
            if self._socket is not None:
                with suppress(OSError):  # it is not open any more
                    # An SSLSocket's own would take its cipher from under a thread that reads.
                    socket.shutdown(self._socket, SHUT_RDWR)

    def _reached(self, host: str, port: int, timeout: float) -> socket:
        failure = OSError(f"{host} has no address")
        for family, kind, protocol, _, address in getaddrinfo(host, port, type=SOCK_STREAM):
            way = socket(family, kind, protocol)
            try:
                self._connect(way, address, timeout)
            except OSError as error:
                way.close()
                failure = error
            else:
                return way
        raise failure

    def _connect(self, way: socket, address: Any, timeout: float) -> None:
        way.setblocking(False)
        self._hold(way, address)
        with DefaultSelector() as waiting:
            waiting.register(way, EVENT_WRITE)
            if not waiting.select(timeout):
                raise TimeoutError("timed out")
        if code := way.getsockopt(SOL_SOCKET, SO_ERROR):
            raise OSError(code, os.strerror(code))
        way.settimeout(timeout)
        way.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    def _secured(self, way: socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
        secured = context.wrap_socket(way, server_hostname=host, do_handshake_on_connect=False)
        try:
            self._hold(secured)
            secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured

    def _hold(self, way: socket, address: Any = None) -> None:
        """It may be broken off from here on. address: begin to connect to it, too: what has not
        begun cannot be broken off."""
        with self._lock:
            if self._broken:
                raise ConnectionAbortedError("broken off")
            self._socket = way
            if address is not None:
                way.connect_ex(address)
