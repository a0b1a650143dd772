"""Samples and errors cut into blocks."""

from msgspec.structs import replace

from benchmarks.report import blocks
from tests.benchmarks import made


def committed(score):
    return score.latencies.committed


def with_scores(run, **changes):
    return replace(run, scores=tuple(replace(score, **changes) for score in run.scores))


def test_a_block_for_each_utterance_holds_all_samples_in_order():
    run = made.run(2)
    found = blocks.samples([run], committed)
    assert len(found) == 2 * made.UTTERANCES
    joined = tuple(value for block in found.values() for value in block)
    assert joined == tuple(value for score in run.scores for value in score.latencies.committed)


def test_runs_of_the_same_speech_share_their_blocks():
    one, other = made.run(luck=1), made.run(luck=2)
    found = blocks.samples([one, other], committed)
    assert list(found) == list(blocks.samples([other], committed))
    assert {len(block) for block in found.values()} == {2 * made.WORDS}


def test_other_speech_has_blocks_of_its_own():
    found = blocks.samples([made.run(speech=1), made.run(speech=2)], committed)
    assert len(found) == 2 * made.UTTERANCES


def test_errors_are_counted_where_they_are():
    run = with_scores(
        made.run(), sources=("a", "b"), reference="one two three four", transcript="one three six"
    )
    assert list(blocks.wrong_words([run]).values()) == [(1, 2), (1, 2)]


def test_words_too_many_at_the_end_belong_to_the_last_block():
    run = with_scores(made.run(), sources=("a", "b"), reference="one two", transcript="one two x y")
    assert list(blocks.wrong_words([run]).values()) == [(0, 1), (2, 1)]


def test_all_errors_are_those_of_the_figures():
    run = made.run(3, wrong=0.25)
    assert sum(wrong for wrong, _ in blocks.wrong_words([run]).values()) == (
        run.figures.errors.substitutions
    )


def test_what_is_said_without_a_reference_is_in_no_block():
    run = with_scores(made.run(), sources=(), reference="", transcript="hello")
    assert list(blocks.wrong_words([run]).values()) == [(0, 0)]


def test_a_stream_is_one_block_of_retractions():
    assert list(blocks.retractions([made.run(2)]).values()) == [(30, 600), (30, 600)]
