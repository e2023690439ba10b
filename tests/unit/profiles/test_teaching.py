"""What the guide recommends, over every combination of answers."""

from itertools import product

import pytest

from phi3desk.profiles.teaching import Case, Examples, Step, advise

CASES = [Case(*flags[:3], examples, flags[3]) for flags in product((True, False), repeat=4) for examples in Examples]
ENOUGH = {Examples.SOME, Examples.MANY}


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_advise_holds_for_every_case(case: Case):
    advice = advise(case)
    outside = case.changes_often or case.must_cite
    manner = case.vocabulary_and_tone or case.automated
    enough = case.examples in ENOUGH
    assert advice.documents or advice.adapter
    assert advice.reasons and advice.steps
    assert all(str(sentence).strip() for sentence in (advice.summary, *advice.reasons))
    if outside:
        assert advice.documents and advice.steps[0] is Step.ADD_DOCUMENTS
    if case.automated:
        assert advice.documents and advice.adapter
    if manner:
        assert advice.adapter
    if outside and not manner:
        assert not advice.adapter
    assert (Step.COLLECT_EXAMPLES in advice.steps) == (advice.adapter and not enough)
    assert (Step.ADD_ADAPTER in advice.steps) == (advice.adapter and enough)
    assert (Step.ADD_DOCUMENTS in advice.steps) == advice.documents


@pytest.mark.parametrize(
    ("case", "summary"),
    [
        (Case(True, True, False, Examples.MANY, False), "Documents."),
        (Case(False, False, True, Examples.SOME, False), "An adapter."),
        (Case(False, False, True, Examples.FEW, False), "An adapter, once there are enough examples."),
        (Case(False, False, False, Examples.SOME, False), "An adapter."),
        (Case(False, False, False, Examples.NONE, False), "Documents."),
        (Case(True, False, True, Examples.SOME, False), "Both: documents for the facts, an adapter for the manner."),
        (
            Case(False, False, False, Examples.NONE, True),
            "Both: documents now, and an adapter once there are enough examples.",
        ),
    ],
)
def test_advise_typical_cases(case: Case, summary: str):
    assert str(advise(case).summary) == summary


def test_advise_says_how_many_examples_are_needed():
    assert "at least 50" in str(advise(Case(False, False, True, Examples.NONE, False)).reasons[-1])
    assert "at least 50" in str(advise(Case(False, False, True, Examples.FEW, False)).reasons[-1])
