"""The layout as a checked fact: every module has its tests, every setting its line in a manual.

In the manner of `maxi_cov.py` of the project websockets: `storage/x.py` is tested by
`tests/storage/test_x.py`, and a test file without a module is a mistake too.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.settings import ModelSettings
from server.rooms.settings import RoomSettings
from server.settings import RetentionSettings, ServerSettings, StreamingSettings
from server.uploads.settings import UploadSettings
from server.webhooks.settings import WebhookSettings
from server.webrtc.settings import WebrtcSettings
from server.work.settings import WorkSettings
from storage.settings import StorageSettings

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "server": "server",
    "streaming": "streaming",
    "inference": "inference",
    "storage": "storage",
    "benchmarks": "benchmarks",
    "clients": "clients/python/captionflow",
}

WITHOUT = {
    "streaming/events.py": "values only",
    "server/parts.py": "values, and one call that test_live and test_endings wait for",
    "server/commands/serve.py": "options and a call; test_serving runs it as a process",
    "server/rooms/settings.py": "values only",
    "server/uploads/settings.py": "values only",
    "server/webhooks/settings.py": "values only",
    "server/work/settings.py": "values only",
    "server/webrtc/settings.py": "values only",
    "server/webrtc/messages.py": "values only",
    "storage/errors.py": "names only",
    "storage/ports.py": "protocols only; the tests of postgres, s3 and folder hold them to these",
    "storage/records.py": "values only",
    "storage/disk.py": "calls of the system, which test_folder and test_recorder run",
    "storage/child.py": "runs in a process of its own, which test_embedded starts and kills",
    "benchmarks/batch/job.py": "values only",
    "benchmarks/run/settings.py": "values only",
    "benchmarks/speech/entry.py": "values only",
    "benchmarks/targets/port.py": "protocols only; test_drive runs against one of each",
    "server/live/refusals.py": "names only",
    "clients/python/captionflow/notices.py": "values only",
    "clients/python/captionflow/errors.py": "one exception, raised all over the other tests",
}
"""Modules that have no test file of their own, and why."""


def modules() -> Iterator[tuple[str, str]]:
    """Each module and its test file, as paths from the root."""
    for tests, package in PACKAGES.items():
        for path in sorted((ROOT / package).rglob("*.py")):
            inside = path.relative_to(ROOT / package)
            if path.name.startswith("__") or inside.parts[0] == "migrations":
                continue  # fronts of packages; migrations are run and taken back by test_migrate
            test = Path("tests", tests, inside.parent, f"test_{path.name}")
            yield path.relative_to(ROOT).as_posix(), test.as_posix()
    for path in sorted((ROOT / "clients/browser").glob("*.js")):
        name = path.stem.replace("-", "_")
        yield path.relative_to(ROOT).as_posix(), f"tests/clients/browser/test_{name}.py"


def test_every_module_has_its_test_file():
    unpaired = {
        module for module, test in modules() if module not in WITHOUT and not (ROOT / test).exists()
    }
    assert not unpaired, f"without tests: {', '.join(sorted(unpaired))}"


def test_every_test_file_has_its_module():
    paired = {test for _, test in modules()}
    files = {
        path.relative_to(ROOT).as_posix()
        for folder in PACKAGES
        for path in (ROOT / "tests" / folder).rglob("test_*.py")
    }
    assert not files - paired, f"of no module: {', '.join(sorted(files - paired))}"


def test_the_exceptions_exist_and_have_no_tests():
    tests = dict(modules())
    for module in WITHOUT:
        assert module in tests, f"there is no {module}"
        assert not (ROOT / tests[module]).exists(), f"{module} has tests and needs no excuse"


@pytest.mark.parametrize(
    "part",
    [
        ServerSettings,
        StreamingSettings,
        RetentionSettings,
        ModelSettings,
        StorageSettings,
        RoomSettings,
        UploadSettings,
        WebhookSettings,
        WebrtcSettings,
        WorkSettings,
    ],
)
def test_every_setting_is_in_the_manual(part):
    manual = (ROOT / "server" / "README.md").read_text()
    missing = [name for name in part.__struct_fields__ if not re.search(rf"\b{name}\b", manual)]
    assert not missing, f"not in server/README.md: {', '.join(missing)}"


@pytest.mark.parametrize("folder", [*PACKAGES, "tests"])
def test_every_folder_explains_itself(folder):
    text = (ROOT / folder / "README.md").read_text()
    assert text.startswith(f"# {folder}\n")
    assert "## Decisions" in text or folder == "tests"


FOREIGN = {
    "a folder of one machine": r"(?<![\w.])/(root|work)/",
    "a host of a package registry": r"(py[p]i|python[h]osted|npm[j]s)\.(org|com)\b",
}
MADE = {"build", "data", "dist", "node_modules", "uv.lock", "benchmarks/results"}


def kept(folder: Path = ROOT) -> Iterator[Path]:
    """Every file of the checkout that is not made by running something."""
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith((".", "__pycache__")) or path.name.endswith(".egg-info")
        if path.relative_to(ROOT).as_posix() in MADE or (
            hidden and path.name not in {".ci", ".gitignore"}
        ):
            continue
        if path.is_dir():
            yield from kept(path)
        else:
            yield path


@pytest.mark.parametrize("what", FOREIGN)
def test_no_file_names(what):
    pattern = re.compile(FOREIGN[what].encode())
    assert [
        str(path.relative_to(ROOT)) for path in kept() if pattern.search(path.read_bytes())
    ] == []


def test_all_of_the_checkout_is_looked_at():
    found = {path.relative_to(ROOT).as_posix() for path in kept()}
    assert {"pyproject.toml", ".gitignore", "tests/test_layout.py"} <= found
    assert not any(".venv" in path for path in found)
