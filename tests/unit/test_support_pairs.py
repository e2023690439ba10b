"""The pairs of passage and claim that the check of answers is measured on, and what scores it."""

from collections import Counter, defaultdict

import pytest

from tests.benchmarks.support.pairs import CHANGES, CONTRADICTED, KINDS, SPLITS, pairs_of, passage_of, rows
from tests.benchmarks.support.scoring import function, judged_by, table, wrong
from tests.helpers.corpus import corpus

LANGUAGES = {"en", "de", "sl", "el", "uk", "ro", "sv"}
FIELDS = {"id", "lang", "kind", "changed", "question", "claim", "split", "across"}


def test_pairs_are_well_formed():
    lines = rows()
    assert len({row["id"] for row in lines}) == len(lines)
    for row in lines:
        assert set(row) >= FIELDS, row["id"]
        assert len({"passage", "source"} & set(row)) == 1, row["id"]
        assert row["lang"] in LANGUAGES, row["id"]
        assert row["kind"] in KINDS, row["id"]
        assert row["split"] in SPLITS, row["id"]
        assert row["changed"] in (CHANGES if row["kind"] == CONTRADICTED else ("",)), row["id"]
        assert row["claim"] == row["claim"].strip() != "", row["id"]
        assert row["question"] == row["question"].strip(), row["id"]
        assert isinstance(row["across"], bool), row["id"]


def test_pairs_of_every_language_and_half_are_of_each_kind():
    lines = rows()
    for part in (lines, *([row for row in lines if row["split"] == split] for split in SPLITS)):
        kinds = Counter(row["kind"] for row in part)
        assert all(0.3 < kinds[kind] / len(part) < 0.37 for kind in KINDS), kinds
        assert {row["lang"] for row in part if not row["across"]} == LANGUAGES
    assert {row["changed"] for row in lines} == {"", *CHANGES}


def test_claims_of_one_passage_are_different_and_in_one_half():
    halves, claims = defaultdict(set), set()
    for row in rows():
        passage = row.get("passage") or tuple(row["source"].values())
        halves[passage].add(row["split"])
        assert (passage, row["claim"]) not in claims, row["id"]
        claims.add((passage, row["claim"]))
    assert all(len(split) == 1 for split in halves.values())


def test_passages_of_the_samples_are_found_and_are_of_a_passages_size():
    found = pairs_of(row for row in rows() if row.get("source", {"set": "samples"})["set"] == "samples")
    assert not found.missing
    assert all(250 <= len(pair.passage) <= 1250 for pair in found.pairs)


def test_passages_of_the_corpus_are_found():
    corpus("questions")
    found = pairs_of(row for row in rows() if row.get("source", {"set": "samples"})["set"] != "samples")
    assert not found.missing
    assert all(250 <= len(pair.passage) <= 1250 for pair in found.pairs)


def test_a_passage_whose_document_is_not_here_is_left_out_and_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PHI3DESK_CORPUS", str(tmp_path))
    row = dict.fromkeys(FIELDS, "") | {
        "source": {"set": "uk-unlp", "document": "a.pdf", "page": 1, "begins": "a", "ends": "b"}
    }
    found = pairs_of([row])
    assert found.pairs == ()
    assert found.missing == ("uk-unlp: a.pdf is not here, pairs left out: 1",)


def test_a_passage_that_is_not_on_its_page_is_no_pair():
    source = {"set": "samples", "document": "pump-manual.pdf", "page": 10, "begins": "Nothing of the kind", "ends": "."}
    with pytest.raises(ValueError, match=r"pump-manual\.pdf, page 10"):
        passage_of(source)


def believes_everything(asked):
    return [{"id": each["id"], "supported": True, "score": 1, "sentence": each["claim"], "why": ""} for each in asked]


def test_a_check_that_believes_everything_is_shown_to_do_so():
    pairs = pairs_of(row for row in rows() if "passage" in row and row["lang"] == "el" and not row["across"]).pairs
    judged = judged_by(function("tests.unit.test_support_pairs:believes_everything"), pairs)
    lines = list(table(judged))
    row = next(line for line in lines if line.startswith("| tune | el |"))
    assert row.count("100.0 %") == 4
    believed = [pair for pair in pairs if pair.split == "tune" and pair.kind != "true"]
    assert [text.split(" ")[0] for text in wrong(judged, "tune")] == [pair.id for pair in believed]


def test_a_check_that_leaves_a_pair_without_an_answer_is_refused():
    pairs = pairs_of(row for row in rows() if "passage" in row).pairs
    with pytest.raises(ValueError, match=f"1 of {len(pairs)} pairs, the first is {pairs[0].id}"):
        judged_by(lambda asked: believes_everything(asked[1:]), pairs)
