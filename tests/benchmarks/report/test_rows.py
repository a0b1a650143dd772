"""Tables of figures."""

from benchmarks.report.rows import markdown, rows, table


def test_a_row_for_each_figure_and_a_column_for_each_run(result):
    head, *body = rows(result)
    assert head == ("figure", "unit", "1 stream", "1 stream")
    found = {line[0]: line[2:] for line in body}
    assert found["run"] == ("valid", "INVALID")
    assert found["word first shown"] == ("0.25 / 0.25 / 0.25", "–")
    assert found["WER of the finals"] == ("50.0 (1 / 0 / 0)", "100.0 (0 / 1 / 0)")
    assert found["WER offline, same weights"] == ("0.0 (0 / 0 / 0)", "–")
    assert found["price of being live"] == ("+50.0", "–")
    assert found["WER of what is stored"] == ("50.0 (0 / 1 / 0)", "–")
    assert found["words lost"] == ("0", "–")
    assert found["audio acknowledged, not stored"] == ("0.00", "–")
    assert found["length, share of speech"] == ("20, 0%", "20, 0%")
    assert found["streams failed"] == ("0", "1")
    assert found["server memory, peak"] == ("210 (300)", "–")
    assert found["cost of a stream"] == ("1.50", "–")
    assert found["accelerator memory, peak"] == ("2048", "–")


def test_markdown_is_one_table(result):
    lines = markdown(result).splitlines()
    assert "dialogue" in lines[0] and "2 cores of a processor" in lines[0]
    assert {line.count("|") for line in lines[2:]} == {5}


def test_the_terminal_gets_the_same_rows(result):
    assert table(result).row_count == len(rows(result)) - 1
