"""Who may bring a file now, and with which wishes. Receives none itself."""

from asyncio import Event
from collections.abc import Iterator
from contextlib import contextmanager

from server.parts import Core
from server.routes.problems import Problem
from server.uploads.options import Models, Wishes, checked
from server.work.queues import queue_of

LATER = {"retry-after": "30"}  # when a queue has moved on
SOON = {"retry-after": "5"}


class Door:
    def __init__(self, core: Core, models: Models, stopping: Event) -> None:
        """stopping: set when the server takes nothing in any more."""
        self._settings = core.settings.uploads
        self._jobs = core.storage.jobs
        self._model = core.settings.model.name
        self._models = models
        self._stopping = stopping
        self._inside = 0

    def check_open(self) -> None:
        """Raises Problem when the server stops."""
        if self._stopping.is_set():
            raise Problem(503, "stopping", "the server stops", headers=SOON)

    def checked(self, wishes: Wishes) -> Wishes:
        """With all that is needed filled in. Raises BadWish."""
        return checked(wishes, self._models, self._model)

    async def check_queue(self, owner: str, model: str) -> None:
        """Raises Problem when enough of the owner's jobs wait where this one would."""
        queue, most = queue_of(model), self._settings.max_waiting
        if (await self._jobs.waiting(owner))[queue] >= most:
            detail = f"{most} jobs wait in the queue {queue!r} already"
            raise Problem(429, "queue_full", detail, headers=LATER, queue=queue)

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of those that receive a file now. Raises Problem when there is no room."""
        if self._inside >= self._settings.at_once:
            raise Problem(503, "busy", "too many files are being received", headers=SOON)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
