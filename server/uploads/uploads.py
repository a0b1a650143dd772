"""All that the routes of uploads and jobs need, joined once when the server starts."""

import asyncio
from asyncio import Event

from msgspec import Struct

from inference.models import listed
from server.audio.decoding import Limits
from server.parts import Core
from server.uploads.announcing import Announcing
from server.uploads.direct import Direct
from server.uploads.door import Door
from server.uploads.options import offered
from server.uploads.probing import Prober
from server.uploads.watching import Watching


class Uploads(Struct, frozen=True):
    announcing: Announcing
    direct: Direct
    watching: Watching
    door: Door


async def uploads_of(core: Core, stopping: Event) -> Uploads:
    """stopping: set when the server takes nothing in any more. Models that come later are not
    offered before the next start."""
    settings, storage = core.settings.uploads, core.storage
    here = await asyncio.to_thread(listed)
    models = offered(core.settings.model.name, core.languages, here)
    door = Door(core, models, stopping)
    limits = Limits(seconds=settings.max_seconds, channels=settings.max_channels)
    folder = core.settings.storage.data_dir / "probing"
    prober = Prober(storage.objects, folder, limits, settings.probes)
    return Uploads(
        Announcing(core, door, prober),
        Direct(core, door, prober),
        Watching(storage.jobs, settings.watchers, stopping),
        door,
    )
