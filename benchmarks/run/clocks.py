"""Whether the machine's clock was set during a run. Pure but for the loop that looks.

Figures count on the monotonic clock. A step of the other one means that somebody set the time
or that the machine slept, and neither server nor client lived through the run as planned.
"""

import asyncio
import time
from collections.abc import Callable

STEP = 1.0  # seconds that the clocks may part between two looks
LOOK = 0.5  # seconds between two looks


class Steps:
    """Told both clocks, keeps the largest step of the wall clock against the monotonic one."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._largest = 0.0

    def look(self, wall: float, monotonic: float) -> None:
        apart = wall - monotonic
        if self._last is not None and abs(apart - self._last) > abs(self._largest):
            self._largest = apart - self._last
        self._last = apart

    @property
    def fault(self) -> str | None:
        """Why the run must not be used; None when the clock kept its pace."""
        if abs(self._largest) <= STEP:
            return None
        return f"the clock was set by {self._largest:+.1f} s during the run, or the machine slept"

    async def run(self, wall: Callable[[], float] = time.time) -> None:
        """Look until cancelled."""
        while True:
            self.look(wall(), asyncio.get_running_loop().time())
            await asyncio.sleep(LOOK)
