from msgspec.structs import asdict

from inference.context import FULL, LONGEST, context
from inference.types import FRAME, Urgency
from streaming.settings import UPLOAD, Policy

USUAL = Policy()


def test_an_upload_differs_only_in_who_waits_for_it_and_where_it_is_cut():
    usual, upload = asdict(USUAL), asdict(UPLOAD)
    changed = {name for name in usual if usual[name] != upload[name]}
    assert changed <= {"urgency", "look_every", "early", "endpoint", "longest", "in_flight"}
    assert (UPLOAD.urgency, UPLOAD.look_every, UPLOAD.early) == (Urgency.BATCH, None, None)


def test_the_lengths_of_an_upload_fit_one_another():
    """None needs the full context, the dearest there is."""
    assert UPLOAD.post_roll <= UPLOAD.endpoint < UPLOAD.longest
    assert context(UPLOAD.longest, UPLOAD.urgency) < FULL


def test_the_usual_lengths_fit_one_another():
    """The longest utterance fits the model, an anchor fits a look, a start fits the pre-roll."""
    assert USUAL.longest + USUAL.post_roll <= LONGEST
    assert USUAL.anchor < USUAL.look_window < USUAL.longest
    assert USUAL.post_roll <= USUAL.endpoint
    assert USUAL.pre_roll >= 2 * FRAME
    assert USUAL.trust.apart < USUAL.trust.patience
    assert USUAL.in_flight >= 1
