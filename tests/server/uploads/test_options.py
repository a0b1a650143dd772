import pytest
from msgspec.structs import asdict

from inference.models import Model
from server.uploads.options import (
    BadWish,
    Keeping,
    Wishes,
    checked,
    of_form,
    offered,
    stored,
)
from storage.records import Retention

MODELS = {"base": frozenset({"en", "de"}), "tiny.en": frozenset({"en"}), "large": None}


def test_a_form_may_say_all_of_it() -> None:
    wishes = of_form(
        [
            ("language", "de"),
            ("model", "large"),
            ("words", "false"),
            ("task", "translate"),
            ("hotwords", "Ada"),
            ("hotwords", "Grace Hopper"),
            ("diarize", "false"),
            ("retention.recording", "0"),
            ("retention.transcript", "60"),
            ("retention.hold", "true"),
        ]
    )
    assert wishes == Wishes(
        language="de",
        model="large",
        words=False,
        task="translate",
        hotwords=("Ada", "Grace Hopper"),
        retention=Keeping(recording=0, transcript=60, hold=True),
    )
    assert of_form([]) == Wishes()
    assert wishes.retention.retention == Retention(recording=0, transcript=60)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ([("colour", "red")], "colour"),
        ([("language", "")], "language"),
        ([("language", "x" * 129)], "language"),
        ([("language", "a"), ("language", "b")], "language"),
        ([("words", "2")], "words"),
        ([("task", "sing")], "task"),
        ([("hotwords", "x" * 65)], "hotwords"),
        ([("hotwords", "x")] * 101, "hotwords"),
        ([("hotwords.x", "1")], "hotwords"),
        ([("hotwords", "1"), ("hotwords.x", "1")], "hotwords.x"),
        ([("retention", "1")], "retention"),
        ([("retention", "1"), ("retention.hold", "true")], "retention.hold"),
        ([("retention.hold", "true"), ("retention", "1")], "retention"),
        ([("retention.recording", "-1")], "retention.recording"),
        ([("retention.recording", "1e99")], "retention.recording"),
        ([("retention.editing", "1")], "retention.editing"),
        ([("retention.", "1")], "retention"),
        ([(".", "1")], "form"),
        ([("", "1")], "form"),
    ],
)
def test_what_a_form_may_not_say(fields: list[tuple[str, str]], field: str) -> None:
    with pytest.raises(BadWish) as caught:
        of_form(fields)
    assert caught.value.field.startswith(field)


@pytest.mark.parametrize(
    ("language", "model", "expected"),
    [
        (None, None, (None, "base")),
        ("auto", "base", (None, "base")),
        ("de-AT", None, ("de", "base")),
        ("EN", "tiny.en", ("en", "tiny.en")),
        ("sw", "large", ("sw", "large")),
    ],
)
def test_what_is_filled_in(
    language: str | None, model: str | None, expected: tuple[str | None, str]
) -> None:
    wishes = checked(Wishes(language=language, model=model), MODELS, "base")
    assert (wishes.language, wishes.model) == expected


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        (Wishes(model="huge"), "model"),
        (Wishes(language="fr"), "language"),
        (Wishes(language="de", model="tiny.en"), "language"),
        (Wishes(language="klingon", model="large"), "language"),
        (Wishes(language="-"), "language"),
        (Wishes(diarize=True), "diarize"),
        (Wishes(hotwords=("ok", "\x07")), "hotwords"),
        (Wishes(hotwords=(" ",)), "hotwords"),
    ],
)
def test_what_is_not_offered(wishes: Wishes, field: str) -> None:
    with pytest.raises(BadWish) as caught:
        checked(wishes, MODELS, "base")
    assert caught.value.field == field


def test_which_models_are_offered() -> None:
    here = [Model(name, "hub", True, 1, not name.endswith(".en")) for name in ("a", "b.en", "own")]
    own = frozenset({"en", "de"})
    assert offered("own", own, here) == {"a": own, "b.en": {"en"}, "own": own}
    assert offered("x.en", frozenset({"en"}), here)["a"] is None


def test_what_is_kept_for_the_worker() -> None:
    kept = stored(Wishes(language="de", model="base", hotwords=("Ada",)))
    assert kept == {
        "language": "de",
        "model": "base",
        "task": "transcribe",
        "hotwords": ("Ada",),
        "words": True,
    }
    assert set(kept) < set(asdict(Wishes()))
