from pathlib import Path

import pytest

from storage.journal.files import Places
from storage.journal.log import Log
from tests.storage.shared import python


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "journal")
    made.make()
    return made


def test_it_goes_on_from_file_to_file(places: Places) -> None:
    log = Log(places)
    assert log.rotate() == 0
    log.write(b"one")
    log.write(b"two")
    assert log.size == 6
    assert log.rotate() == 1
    log.write(b"three")
    log.rotate()
    assert [path.read_bytes() for path in places.logged()] == [b"onetwo", b"three"]


def test_a_log_of_another_process_is_left_alone(places: Places) -> None:
    places.log(4).write_bytes(b"old")
    log = Log(places)
    log.write(b"new")
    assert log.rotate() == 5
    assert [path.read_bytes() for path in places.logged()] == [b"old", b"new"]


def test_others_find_room_on_the_disk(places: Places) -> None:
    log = Log(places, reserve=1 << 62)
    with pytest.raises(OSError, match="bytes are free"):
        log.write(b"one")
    assert places.logged() == []


# A limit on the size of files fails a write in the middle, as a full disk does.
FULL = """
import resource, sys
from pathlib import Path
from storage.journal.files import Places
from storage.journal.log import Log
places = Places(Path(sys.argv[1]))
log = Log(places)
log.write(b"a" * 50)
resource.setrlimit(resource.RLIMIT_FSIZE, (60, resource.RLIM_INFINITY))
for _ in range(2):
    try:
        log.write(b"b" * 100)
    except OSError as error:
        print(error.errno)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.write(b"b" * 100)
log.rotate()
"""


def test_a_write_that_fails_leaves_nothing_and_goes_to_another_file(places: Places) -> None:
    with python(FULL, places.root) as child:
        out, _ = child.communicate(timeout=20)
    assert (child.returncode, out.split()) == (0, ["27", "27"])  # EFBIG
    assert [path.read_bytes() for path in places.logged()] == [b"a" * 50, b"b" * 100]
