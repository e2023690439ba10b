"""Holds the questions about documents of industry to the form in which the benchmark of the search reads them."""

import json
from collections import defaultdict
from pathlib import Path

QUESTIONS = Path(__file__).parents[1] / "benchmarks" / "questions" / "industry.jsonl"
FIELDS = {"id", "lang", "question", "answers", "answerable", "document", "pages", "kind", "split"}


def test_each_question_has_its_pages_and_a_document_stands_in_one_split() -> None:
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    splits: dict[str, set[str]] = defaultdict(set)
    for question in questions:
        assert set(question) == FIELDS, question["id"]
        assert question["question"].strip() and all(answer.strip() for answer in question["answers"]), question["id"]
        assert question["answers"] and question["pages"] and question["pages"][0] >= 1, question["id"]
        assert question["pages"] == sorted(set(question["pages"])), question["id"]
        assert question["kind"] in {"de", "en", "cross"} and question["split"] in {"tune", "check"}, question["id"]
        splits[question["document"]].add(question["split"])

    assert len({question["id"] for question in questions}) == len(questions)
    assert len({question["question"] for question in questions}) == len(questions)
    # Were a document in both, what was tuned on one half would know the other half's pages.
    assert all(len(of_document) == 1 for of_document in splits.values())
    assert {question["split"] for question in questions if question["kind"] == "cross"} == {"tune", "check"}
