from server.metrics import Metrics
from server.rooms.rooms import Rooms
from server.rooms.settings import RoomSettings
from storage.bus.local import LocalBus


async def test_a_seat_is_taken_and_given_back_whatever_happens() -> None:
    rooms = Rooms(LocalBus(), RoomSettings(viewers=1), Metrics())
    try:
        with rooms.seat():
            assert rooms.full and b"captionflow_viewers 1.0" in rooms.metrics.page()
            raise KeyError
    except KeyError:
        assert not rooms.full and b"captionflow_viewers 0.0" in rooms.metrics.page()
