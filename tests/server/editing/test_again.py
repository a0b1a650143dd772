"""A session that is heard once more."""

from server.editing.again import asked, job_of, wished
from server.editing.requests import Again
from server.uploads.options import Wishes
from tests.storage.shared import NOON, a_job, a_session

SESSION = a_session(model="base", options={"language": "en", "words": True})


def test_what_is_not_asked_for_is_as_it_was() -> None:
    assert wished(SESSION, Again()) == Wishes(model="base", language="en")
    assert wished(SESSION, Again(model="large-v3")) == Wishes(model="large-v3", language="en")
    assert wished(SESSION, Again(language="auto")) == Wishes(model="base", language="auto")
    assert wished(a_session(), Again()) == Wishes(model="base", language=None)


def test_its_job_waits_where_the_models_jobs_wait() -> None:
    job = job_of("j1", SESSION, Wishes(model="large-v3", language=None), NOON)
    assert (job.queue, job.kind, job.session, job.owner) == ("large", "transcribe", "s1", "ann")
    assert job.options == {"model": "large-v3", "language": None}


def test_the_job_says_how_it_is_heard() -> None:
    job = a_job(options={"model": "large-v3", "language": None})
    heard = asked(SESSION, job)
    assert heard.model == "large-v3"
    assert heard.options == {"language": None, "words": True, "model": "large-v3"}
    assert asked(SESSION, a_job()) == SESSION
