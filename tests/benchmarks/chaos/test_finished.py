"""What is there of a file that a real server has heard."""

import httpx
from msgspec.structs import replace

from benchmarks.chaos import finished, kept
from benchmarks.chaos.orders import Order
from benchmarks.chaos.sender import Sender
from benchmarks.chaos.verdict import Recording
from server.webhooks.telling import EVENTS
from storage.folder import FolderObjects
from storage.settings import StorageSettings

ORDER = Order("one", 5.0, 1, 0, False)


async def test_a_job_and_what_no_client_knows_of(url, tmp_path, database_url):
    storage = StorageSettings(data_dir=tmp_path, database_url=database_url)
    await kept.prepare(storage, EVENTS)
    async with httpx.AsyncClient(base_url=url) as http:
        sent = await Sender(http, ORDER).run()
        stray = await Sender(http, replace(ORDER, key="two")).run()
    whole = len(sent.talk().samples)
    recorded = await finished.recordings(url, [sent])
    assert recorded == {sent.session: Recording(whole, whole)}

    store = FolderObjects(storage.objects)
    await store.put_bytes("local/nobody/upload", b"x", "audio/wav")
    lost = replace(sent, order=replace(ORDER, key="three"), job="jx", faults=("it was late",))
    found = await finished.finished(storage, [sent, lost], recorded)
    assert found.verdicts["one"].faults == ()
    assert found.strays == (stray.job,)
    assert found.objects.orphans == ("local/nobody/upload",)
    assert found.objects.stuck == found.objects.uploads == found.objects.missing == ()
    assert found.faults == ("three: it was late", "three: no such job is there: jx")
