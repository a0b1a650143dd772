import asyncio

from server.metrics import Metrics
from server.rooms.rooms import Rooms, rooms_of
from server.rooms.settings import RoomSettings
from storage.bus.local import LocalBus


class Somebody:
    def __init__(self) -> None:
        self.quiet = False
        self.kept = asyncio.Event()
        self.left = False

    def keep_alive(self) -> None:
        self.kept.set()

    def leave(self) -> None:
        self.left = True


async def test_a_seat_is_taken_and_given_back_whatever_happens() -> None:
    rooms = Rooms(LocalBus(), RoomSettings(viewers=1), Metrics())
    try:
        with rooms.seat(Somebody()):
            assert rooms.full and b"captionflow_viewers 1.0" in rooms.metrics.page()
            raise KeyError
    except KeyError:
        assert not rooms.full and b"captionflow_viewers 0.0" in rooms.metrics.page()


async def test_those_are_kept_alive_to_whom_nothing_was_said() -> None:
    settings = RoomSettings(keep_alive=0.02)
    async with rooms_of(LocalBus(), settings, Metrics()) as rooms, asyncio.timeout(10):
        somebody = Somebody()
        with rooms.seat(somebody):
            await somebody.kept.wait()
    rooms = Rooms(LocalBus(), settings, Metrics())
    told, alone = Somebody(), Somebody()
    with rooms.seat(told), rooms.seat(alone):
        rooms.keep_alive()
        told.quiet = False  # as one does to whom something is said
        rooms.keep_alive()
    assert alone.kept.is_set() and not told.kept.is_set()


async def test_all_leave_when_it_closes_and_nobody_enters() -> None:
    rooms = Rooms(LocalBus(), RoomSettings(viewers=5), Metrics())
    one, other = Somebody(), Somebody()
    with rooms.seat(one), rooms.seat(other):
        assert not rooms.full
        rooms.close()
        assert one.left and other.left and rooms.full
