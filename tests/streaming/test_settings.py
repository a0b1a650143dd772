from msgspec.structs import asdict

from inference.context import LONGEST
from inference.types import FRAME, Urgency
from streaming.settings import UPLOAD, Policy

USUAL = Policy()


def test_an_upload_differs_only_in_who_waits_for_it():
    usual, upload = asdict(USUAL), asdict(UPLOAD)
    changed = {name for name in usual if usual[name] != upload[name]}
    assert changed <= {"urgency", "look_every", "in_flight"}
    assert (UPLOAD.urgency, UPLOAD.look_every) == (Urgency.BATCH, None)


def test_the_usual_lengths_fit_one_another():
    """The longest utterance fits the model, an anchor fits a look, a start fits the pre-roll."""
    assert USUAL.longest + USUAL.post_roll <= LONGEST
    assert USUAL.anchor < USUAL.look_window < USUAL.longest
    assert USUAL.post_roll <= USUAL.endpoint
    assert USUAL.pre_roll >= 2 * FRAME
    assert USUAL.trust.apart < USUAL.trust.patience
    assert USUAL.in_flight >= 1
