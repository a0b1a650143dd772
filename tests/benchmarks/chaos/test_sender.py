"""A client of jobs at a real server."""

import io

import httpx
import numpy as np
import soundfile

from benchmarks.chaos import sender
from benchmarks.chaos.orders import Order
from benchmarks.chaos.process import free_port
from benchmarks.chaos.sender import Sender

ORDER = Order("one", 5.0, 2, 1, True)


def test_the_file_is_the_talk():
    said = sender.said(ORDER)
    samples, rate = soundfile.read(io.BytesIO(sender.file(said)), dtype="int16")
    assert rate == 16_000 and np.array_equal(samples, said.samples)


async def test_however_often_a_file_is_sent_it_is_one_job(url):
    told = []
    async with httpx.AsyncClient(base_url=url) as http:
        sent = await Sender(http, ORDER, lambda: told.append(1)).run()
        assert (await http.get(f"/v1/jobs/{sent.job}")).json()["session_id"] == sent.session
        assert len((await http.get("/v1/jobs")).json()["jobs"]) == 1
    assert sent.faults == () and sent.seconds
    assert sent.answered == len(told) == 4
    assert sent.talk().texts == sender.said(ORDER).texts


async def test_what_the_server_refuses_is_a_fault(url):
    async with httpx.AsyncClient(base_url=url) as http:
        sent = await Sender(http, Order("no key", 5.0, 1, 0, False)).run()
    (fault,) = sent.faults
    assert "400" in fault and (sent.job, sent.seconds) == ("", None)


async def test_where_nobody_listens_it_gives_up_in_the_end(monkeypatch):
    monkeypatch.setattr(sender, "LIMIT", 0.5)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port()}") as http:
        sent = await Sender(http, ORDER).run()
    assert sent.faults == ("not over after 0.5 s",)
