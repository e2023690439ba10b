"""The verify command: pairs of a passage and a claim in, a verdict a line out."""

import json
from functools import partial

import pytest

from tests.helpers.commands import run_command

PASSAGE = (
    "The main bearing is re-greased every 2,000 operating hours with 30 g of lithium complex grease. "
    "Grease of another base must never be mixed with it."
)
CLAIMS = {
    "right": "The main bearing gets 30 g of grease every 2,000 hours.",
    "figure": "The main bearing gets 50 g of grease.",
    "negation": "Grease of another base may be mixed with it.",
    # the sign stands in the file as it is, and does not end the line there
    "absent": "The coupling guard\u2028is painted yellow.",
}


@pytest.fixture
def phi3desk(tmp_path):
    """Return a function that runs one command and returns what it printed."""
    return partial(run_command, tmp_path / "home")


@pytest.fixture
def pairs(tmp_path):
    lines = [{"id": name, "passage": PASSAGE, "question": "", "claim": claim} for name, claim in CLAIMS.items()]
    file = tmp_path / "pairs.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n", encoding="utf-8")
    return file


def test_each_pair_has_a_verdict_with_its_sentence_or_the_reason(phi3desk, pairs):
    done = phi3desk("verify", "--pairs", pairs, "--model", "none", "--json")
    assert done.returncode == 0, done.stderr
    rows = {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert [row["supported"] for row in rows.values()] == [True, False, False, False]
    assert rows["right"]["sentence"].startswith("The main bearing is re-greased")
    assert (rows["right"]["why"], rows["figure"]["why"]) == ("", "figure")
    assert (rows["negation"]["why"], rows["absent"]["why"]) == ("negation", "nothing found")
    assert all(
        0 <= row["score"] <= 1 and set(row) == {"id", "supported", "score", "sentence", "why"} for row in rows.values()
    )


def test_a_named_model_is_asked_too(phi3desk, pairs, tiny_phi3):
    assert phi3desk("models", "add", tiny_phi3, "--name", "tiny").returncode == 0
    alone = phi3desk("verify", "--pairs", pairs, "--json")
    asked = phi3desk("verify", "--pairs", pairs, "--model", "tiny", "--json")
    assert (alone.returncode, asked.returncode) == (0, 0), asked.stderr
    scores = [[json.loads(line)["score"] for line in done.stdout.splitlines()] for done in (alone, asked)]
    assert len(scores[1]) == len(CLAIMS)
    assert scores[0] != scores[1]


def test_a_line_that_is_no_pair_is_named(phi3desk, pairs):
    pairs.write_text(pairs.read_text(encoding="utf-8") + '{"id": 5, "claim": "x"}\n', encoding="utf-8")
    done = phi3desk("verify", "--pairs", pairs, "--json")
    assert done.returncode == 1
    assert "Line 5 of" in done.stderr
    assert done.stdout == ""
