"""The starter's training examples: what makes them teach finding, marking and refusing instead of guessing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from phi3desk.chat.citations import MARKS
from phi3desk.comparison.grading import holds
from tests.helpers.corpus import corpus

BUILDER = Path(__file__).resolve().parents[3] / "resources" / "finetune" / "starter" / "mixture.py"
REFUSAL = "The documents do not tell."
SPLITS = ("train", "valid", "held-out")

Line = dict[str, Any]


def build(folder: Path, *arguments: str) -> dict[str, list[Line]]:
    command = [sys.executable, str(BUILDER), str(folder), *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return {
        name: [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        for name in SPLITS
    }


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Line]]:
    """Return the three splits made of what is in the project alone: invented facts, and articles with questions."""
    return build(tmp_path_factory.mktemp("own"), "--count", "4000", "--seed", "1")


def of_kind(lines: list[Line], kind: str) -> list[Line]:
    return [line for line in lines if line["kind"] == kind]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Line]]:
    """Return the three splits made with real texts, by the documents of an article."""
    folder = corpus("questions", "en-squad2")
    held_out, valid = ("en-0[4-6]*", "en-19*", "en-2[0-5]*"), ("en-0[1-3]*",)
    return build(
        tmp_path_factory.mktemp("real"),
        "--count",
        "400",
        "--texts",
        str(folder),
        "--held-out",
        *held_out,
        "--valid",
        *valid,
    )


def check_answers(lines: list[Line]) -> None:
    for line in lines:
        answer, shown = line["messages"][-1]["content"], line["messages"][-2]["content"]
        if not line["right"]:
            assert answer == REFUSAL
            continue
        assert [int(mark) for mark in MARKS.findall(answer)] == [line["right"]]
        passages = re.split(r"(?:^|\n\n)\[\d\] ", shown.partition("\n\nQuestion: ")[0])[1:]
        told = MARKS.sub("", answer).replace(" .", ".").rstrip(".!?").strip()
        assert told in passages[line["right"] - 1]
        assert any(holds(answer, reference) for reference in line["references"]), line


def check_apart(splits: dict[str, list[Line]]) -> None:
    for one, other in (("train", "valid"), ("train", "held-out"), ("valid", "held-out")):
        assert not {line["topic"] for line in splits[one]} & {line["topic"] for line in splits[other]}
        texts = [{text for line in splits[name] for text in line["passages"]} for name in (one, other)]
        assert not texts[0] & texts[1]


def test_mixture_answers_stand_word_for_word_in_the_passage_that_is_marked(own: dict[str, list[Line]]) -> None:
    check_answers([*own["train"], *own["held-out"]])


@pytest.mark.parametrize(("kind", "share"), (("fact", 0.3), ("question", 0.25), ("phrase", 0.2)))
def test_mixture_refuses_only_where_no_passage_tells(own: dict[str, list[Line]], kind: str, share: float) -> None:
    lines = of_kind(own["train"], kind)
    refused = [line for line in lines if not line["right"]]
    assert len(refused) / len(lines) == pytest.approx(share, abs=0.03)
    for line in refused:
        if kind != "phrase":
            assert not any(holds(text, reference) for text in line["passages"] for reference in line["references"])


def forms(lines: list[Line], words: int) -> tuple[Counter[str], Counter[str]]:
    """Count how answered questions begin, and how refused ones do."""
    begun: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for line in lines:
        begun[bool(line["right"])][" ".join(line["question"].casefold().split()[:words])] += 1
    return begun[True], begun[False]


def test_mixture_refuses_facts_by_the_passages_and_not_by_the_question(own: dict[str, list[Line]]) -> None:
    answered, refused = forms(of_kind(own["train"], "fact"), 1)
    assert set(refused) <= set(answered)
    for form, count in answered.most_common(3):
        assert abs(count / answered.total() - refused[form] / refused.total()) < 0.12


def test_mixture_refuses_questions_by_the_passages_and_not_by_the_question(own: dict[str, list[Line]]) -> None:
    answered, refused = forms(of_kind(own["train"], "question"), 2)
    both = answered + refused
    assert sum(both[form] for form in set(refused) - set(answered)) < 0.1 * both.total()
    for form, count in both.most_common(3):
        assert abs(refused[form] / count - refused.total() / both.total()) < 0.15


def test_mixture_asks_the_questions_of_the_articles_in_turn(own: dict[str, list[Line]]) -> None:
    asked = Counter(line["question"] for line in of_kind(own["train"], "question"))
    assert max(asked.values()) <= 2
    refused = [line for line in of_kind(own["train"], "question") if not line["right"]]
    written_to_be = [line for line in refused if not line["references"]]
    assert 0.5 < len(written_to_be) / len(refused) < 0.8


def test_mixture_puts_the_right_passage_everywhere_alike(own: dict[str, list[Line]]) -> None:
    places = Counter(line["right"] for line in own["train"] if line["right"] and len(line["passages"]) == 3)
    for place in (1, 2, 3):
        assert places[place] / places.total() == pytest.approx(1 / 3, abs=0.06)


def test_mixture_has_other_objects_with_the_fact_beside_the_one_asked_for(own: dict[str, list[Line]]) -> None:
    facts = of_kind(own["train"], "fact")
    three = [line for line in facts if line["right"] and len(line["passages"]) == 3]
    hard = 0
    for line in three:
        thing = next(iter(re.findall(r"[A-Z]+[- ]?\d+|\d+", line["question"])), None)
        others = [text for n, text in enumerate(line["passages"], 1) if n != line["right"]]
        hard += thing is not None and any(thing not in text for text in others)
    assert hard / len(three) > 0.6


def test_mixture_keeps_fields_of_work_and_articles_apart(own: dict[str, list[Line]]) -> None:
    check_apart(own)


def test_mixture_of_real_texts_keeps_articles_apart_and_marks_what_it_quotes(real: dict[str, list[Line]]) -> None:
    check_apart(real)
    check_answers(real["train"])
    assert {line["kind"] for line in real["train"]} == {"fact", "phrase", "question"}
    tested = [line for line in real["held-out"] if line["kind"] == "question"]
    assert len(tested) > 100
    assert {len(line["passages"]) for line in tested} == {3}


def test_mixture_of_real_texts_refuses_only_what_is_missing(real: dict[str, list[Line]]) -> None:
    for line in real["train"]:
        if line["kind"] == "question" and not line["right"]:
            assert not any(holds(text, answer) for text in line["passages"] for answer in line["references"])
