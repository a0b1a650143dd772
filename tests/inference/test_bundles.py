import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from inference import bundles
from inference.bundles import BadWeights, File

PARTS = {"one.part1": b"a" * 70_000, "one.part2": b"b" * 70_000, "two.json": b"{}"}
WHOLE = PARTS["one.part1"] + PARTS["one.part2"]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def toy(tmp_path, monkeypatch) -> Path:
    """A package with a small model in three files; returns its data folder."""
    data = tmp_path / "packages" / "toy_weights_part1" / "data"
    data.mkdir(parents=True)
    for name, content in PARTS.items():
        (data / name).write_bytes(content)
    # Found, never imported: importing it would end the test.
    (data.parent / "__init__.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(tmp_path / "packages")
    pieces = (("toy_weights_part1", "data/one.part1"), ("toy_weights_part1", "data/one.part2"))
    monkeypatch.setitem(
        bundles.BUNDLED,
        "toy",
        {
            "model.bin": File(digest(WHOLE), pieces),
            "config.json": File(digest(b"{}"), (("toy_weights_part1", "data/two.json"),)),
        },
    )
    return data


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / "cache"


def test_parts_become_one_folder(toy, root):
    told: list[tuple[int, int]] = []
    place = bundles.unpacked("toy", root, lambda done, total: told.append((done, total)))
    assert place == root / "toy"
    assert (place / "model.bin").read_bytes() == WHOLE
    assert told[-1] == (len(WHOLE) + 2, len(WHOLE) + 2) and told == sorted(told)
    assert sorted(path.name for path in root.iterdir()) == ["toy", "toy.verified"]
    assert place.stat().st_mode & 0o755 == 0o755


def test_it_is_put_together_once(toy, root):
    bundles.unpacked("toy", root)
    before = (root / "toy" / "model.bin").stat()
    told: list[tuple[int, int]] = []
    bundles.unpacked("toy", root, lambda *now: told.append(now))
    after = (root / "toy" / "model.bin").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert told == []


def test_a_wrong_part_is_named_with_both_digests_and_leaves_nothing(toy, root):
    (toy / "one.part2").write_bytes(b"c" * 70_000)
    found = digest(PARTS["one.part1"] + b"c" * 70_000)
    with pytest.raises(BadWeights, match=f"model.bin: sha256 is {found}, expected {digest(WHOLE)}"):
        bundles.unpacked("toy", root)
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("content", [WHOLE[:-1], b"x" * len(WHOLE), None])
def test_a_file_that_changed_later_is_found_at_the_next_start(toy, root, content):
    model = bundles.unpacked("toy", root) / "model.bin"
    model.unlink()
    if content is not None:
        model.write_bytes(content)
    with pytest.raises(BadWeights, match="model.bin"):
        bundles.unpacked("toy", root)


def test_a_touched_file_is_looked_at_again_and_believed(toy, root):
    model = bundles.unpacked("toy", root) / "model.bin"
    os.utime(model, ns=(1, 1))
    stamp = (root / "toy.verified").read_bytes()
    assert bundles.unpacked("toy", root) == root / "toy"
    assert (root / "toy.verified").read_bytes() != stamp


def test_checks_hash_what_the_stamp_would_let_pass(toy, root):
    model = bundles.unpacked("toy", root) / "model.bin"
    times = model.stat()
    model.write_bytes(b"x" * len(WHOLE))
    os.utime(model, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert bundles.unpacked("toy", root) == root / "toy"
    assert [(check.file, check.ok) for check in bundles.checks("toy", root)] == [
        ("model.bin", False),
        ("config.json", True),
    ]


def test_checks_need_no_unpacking(toy, root):
    assert all(check.ok for check in bundles.checks("toy", root))
    (toy / "two.json").unlink()
    lost = bundles.checks("toy", root)[1]
    assert (lost.ok, lost.found, lost.expected) == (False, "no such file", digest(b"{}"))


def test_who_comes_second_uses_what_the_first_one_made(toy, root):
    """Both are inside before either is done."""
    both = threading.Barrier(2, timeout=10)
    places: list[Path] = []

    def unpack() -> None:
        waited = threading.Event()

        def progress(done: int, total: int) -> None:
            if not waited.is_set():
                waited.set()
                both.wait()

        places.append(bundles.unpacked("toy", root, progress))

    threads = [threading.Thread(target=unpack) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert places == [root / "toy"] * 2
    assert all(check.ok for check in bundles.checks("toy", root))
    assert not list(root.glob(".new-*"))


def test_what_a_killed_process_left_is_removed_when_it_is_old(toy, root):
    for name in (".new-old", ".new-young"):
        (root / name).mkdir(parents=True)
    os.utime(root / ".new-old", (0, 0))
    bundles.unpacked("toy", root)
    assert [path.name for path in root.glob(".new-*")] == [".new-young"]


def test_a_package_that_is_not_installed_is_no_bundle(monkeypatch):
    lost = {"model.bin": File("0" * 64, (("toy_weights_part9", "data/model.bin"),))}
    monkeypatch.setitem(bundles.BUNDLED, "lost", lost)
    assert not bundles.installed("lost") and not bundles.installed("nonsense")


def test_two_processes_put_the_real_model_together_at_once(tmp_path):
    """The default weights, with the digests that this code was written with."""
    code = "import sys; from inference import models; print(models.folder('base'))"
    env = {**os.environ, "CAPTIONFLOW_CACHE": str(tmp_path)}
    home = Path(__file__).parents[2]
    runs = [
        subprocess.Popen([sys.executable, "-c", code], env=env, cwd=home, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    answers = {run.communicate(timeout=120)[0].decode().strip() for run in runs}
    assert answers == {str(tmp_path / "models" / "base")}
    assert [run.returncode for run in runs] == [0, 0]
    assert all(check.ok for check in bundles.checks("base", tmp_path / "models"))
