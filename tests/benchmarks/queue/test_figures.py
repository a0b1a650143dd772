from benchmarks.queue.figures import figures
from benchmarks.queue.run import Result


def result(claimed=(0.01,), rss=(100.0, 101.0, 102.0), turns=None):
    return Result((0.1,), 1.0, claimed, (0.1,), 2.0, (0.1,), rss, turns or {"a": 1, "b": 1}, ())


def missed(found):
    return [figure.name for figure in figures(found) if figure.missed]


def test_quick_claims_and_a_flat_server_reach_all():
    assert missed(result()) == []


def test_what_is_missed():
    assert missed(result(claimed=(0.06,))) == ["claim, while they wait, p95"]
    assert missed(result(rss=(100.0, 120.0, 101.0))) == ["more of it with all jobs in the queue"]
    assert missed(result(rss=(100.0, 101.0, 120.0))) == ["more of it when all are done"]
    assert missed(result(turns={"a": 5, "b": 1})) == ["first claims of one owner, most less least"]
