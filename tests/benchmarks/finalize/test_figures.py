from benchmarks.finalize.figures import figures
from benchmarks.finalize.run import Ending


def missed(*seconds):
    endings = [Ending(0.1, 0.2, one, 72.0, ()) for one in seconds]
    return [figure.name for figure in figures(endings, 1.0) if figure.missed]


def test_the_download_has_five_seconds():
    assert missed(1.0, 4.9) == []
    assert missed(1.0, 5.1) == ["until all is downloaded, p95"]
    assert missed() == ["until all is downloaded, p95"]


def test_the_pace_is_told():
    (*_, last) = figures([Ending(0.1, 0.2, 0.3, 72.0, ())], 1.0)
    assert last.value == 50.0
