"""What the commands print shows names as they are, and nothing that a terminal would obey or turn round."""

import io
import json
import sys
import unicodedata

import pytest

from phi3desk.cli.output import Output, ProgressLine, say_failure
from phi3desk.foreign_text import printable

FORMAT = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"]
UNSEEN = ["\0", "\x1b", "\x7f", "\x9b", *FORMAT]


def test_text_is_printed_without_control_and_format_characters() -> None:
    stream = io.StringIO()
    Output(stream).text("".join(f"a{letter}b" for letter in UNSEEN))
    assert stream.getvalue() == "ab" * len(UNSEEN) + "\n"


def test_json_escapes_what_a_terminal_would_obey_and_says_the_same() -> None:
    stream = io.StringIO()
    Output(stream).json({"text": "".join(UNSEEN)})
    assert printable(stream.getvalue()) == stream.getvalue()
    assert json.loads(stream.getvalue()) == {"text": "".join(UNSEEN)}


@pytest.mark.parametrize("text", ["two\nlines", "two\u2028lines", "two\u2029lines"])
def test_a_row_is_one_line(text: str) -> None:
    stream = io.StringIO()
    Output(stream).row(text)
    assert stream.getvalue() == "two lines\n"


def test_a_failure_names_a_file_without_turning_it_round(capfd: pytest.CaptureFixture[str]) -> None:
    say_failure("bidi\u202egpj.txt is not there.")
    assert capfd.readouterr().err == "phi3desk: bidigpj.txt is not there.\n"


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_line_that_is_told_stays_above_the_progress_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    progress = ProgressLine()
    progress.tell("[1] pump\x1b[2J.pdf,\np. 3")
    assert terminal.getvalue() == "[1] pump[2J.pdf, p. 3\n"
    monkeypatch.setattr(sys, "stderr", piped := io.StringIO())
    ProgressLine().tell("[1] pump.pdf, p. 3")
    assert piped.getvalue() == ""
