"""A SeaweedFS for the tests, which has an S3 store's face. It tells nobody: telemetry is off."""

import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import STDOUT, Popen, TimeoutExpired

from storage import child
from storage.settings import S3Settings
from tests.storage.shared import numbers

ACCESS, SECRET = "tests", "a-secret-of-the-tests"
ROOM = 6  # ports next to each other, and as many 10,000 above them for gRPC
STARTING, STOPPING = 60.0, 10.0  # seconds
PAUSE = 0.05  # seconds between two looks at a server that is starting


class Seaweed:
    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = _free_ports()
        self._process: Popen[bytes] | None = None
        keys = [{"accessKey": ACCESS, "secretKey": SECRET}]
        us = {"name": ACCESS, "credentials": keys, "actions": ["Admin", "Read", "Write", "List"]}
        (home / "identities.json").write_text(json.dumps({"identities": [us]}))
        (home / "data").mkdir()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port + 3}"

    def settings(self, prefix: str | None = None, **others: object) -> S3Settings:
        """For a prefix of its own in the one bucket of all tests."""
        given = {
            "url": self.url,
            "public_url": self.url,
            "bucket": "tests",
            "region": "us-east-1",
            "access_key": ACCESS,
            "secret_key": SECRET,
            "prefix": f"test-{next(numbers)}/" if prefix is None else prefix,
            "timeout": 20.0,
        }
        return S3Settings(**{**given, **others})  # type: ignore[arg-type]

    def start(self) -> None:
        """Returns when its port is open; the store may answer a little later."""
        script = [sys.executable, "-I", "-S", str(child.__file__)]
        account = [str(os.geteuid()), str(os.getegid()), str(os.getpid())]
        with (self._home / "log").open("ab") as log:
            command = [*script, *account, *self._command()]
            self._process = Popen(command, cwd=self._home, stdout=log, stderr=STDOUT)
        deadline = time.monotonic() + STARTING
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._home / "log").read_text()[-2000:])
            time.sleep(PAUSE)

    def stop(self) -> None:
        """As its operator would: it may write what it has; but now and then it never ends."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            with suppress(TimeoutExpired):
                self._process.wait(STOPPING)
            self.kill()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as tried:
            tried.settimeout(1.0)
            return tried.connect_ex(("127.0.0.1", self._port + 3)) == 0

    def _command(self) -> list[str]:
        names = ("master.port", "volume.port", "filer.port", "s3.port", "admin.port", "metricsPort")
        ports = [f"-{name}={self._port + number}" for number, name in enumerate(names)]
        here = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={self._home / 'data'}"]
        off = ["-master.telemetry=false", "-webdav=false", "-admin.ui=false"]
        off += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
        s3 = [f"-s3.config={self._home / 'identities.json'}"]
        weed = [str(Path(sys.executable).with_name("weed")), f"-logdir={self._home}"]
        return [*weed, "mini", *here, *ports, *off, *s3]


@contextmanager
def running_seaweed() -> Iterator[Seaweed]:
    home = Path(tempfile.mkdtemp(prefix="cf-s3-"))
    server = Seaweed(home)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(home)


def _free_ports() -> int:
    """The first of some that nobody listens at, below those that the system gives out itself."""
    begin = os.getpid() * ROOM % 10_000
    for step in range(0, 10_000, ROOM):
        first = 11_000 + (begin + step) % 10_000
        if all(_is_free(port) for at in range(ROOM) for port in (first + at, first + at + 10_000)):
            return first
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
