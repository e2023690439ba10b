"""The figures of comparisons against values worked out by hand, and what keeps and writes them."""

import csv
import dataclasses
import io
import itertools
import json
import threading

import pytest

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Answer, Basis, Citation, MadeBy, Mention, Timings
from phi3desk.chat.refusal import refuses
from phi3desk.comparison.figures import PairFigures, figures
from phi3desk.comparison.grading import Expected, Judged, holds, judge
from phi3desk.comparison.plan import Outcome, Plan, Variant, offered, run, shown_order, variants_of, work_left
from phi3desk.comparison.questions import ComparedQuestion, question_lines, read_questions, typed_questions
from phi3desk.comparison.report import csv_text, html_text, seconds_text
from phi3desk.comparison.statistics import holm, mean_of, p_value_of, share_of
from phi3desk.comparison.store import ComparisonStore
from phi3desk.errors import UserError
from phi3desk.model.types import AdapterEntry, AdapterUse, Ending, Role, Turn
from phi3desk.paths import resource
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.resolution import only_with_passages

PUMP = Profile("p", "Pump expert", adapters=(AdapterUse("grease", "/grease.gguf", 0.8),))
ONE_AND_TWO = (Variant("alone", "Model alone", PUMP), Variant("documents", "With documents", PUMP))


def answer(text: str, *pages: int, basis: Basis = Basis.DOCUMENTS) -> Answer:
    citations = tuple(Citation(n, "pump.pdf", "/pump.pdf", page, "A sentence.") for n, page in enumerate(pages, 1))
    return Answer(text, citations, (), basis, Ending.STOP, MadeBy(), Timings())


@pytest.fixture
def store(tmp_path):
    made = ComparisonStore(tmp_path / "comparisons.db")
    yield made
    made.close()


def test_wilson_interval_matches_the_published_values():
    # Newcombe 1998, table I: 81 of 263 and 15 of 148; 0 of 20 by hand: z² / (n + z²)
    assert [round(edge, 4) for edge in (share_of(81, 263).low, share_of(81, 263).high)] == [0.2553, 0.3662]
    assert [round(edge, 4) for edge in (share_of(15, 148).low, share_of(15, 148).high)] == [0.0624, 0.1605]
    assert (share_of(0, 20).low, round(share_of(0, 20).high, 4)) == (0.0, 0.1611)
    assert (share_of(0, 0).low, share_of(0, 0).high) == (0.0, 1.0)


def test_chance_of_is_the_exact_binomial_test():
    assert p_value_of(0, 0) == 1.0
    assert p_value_of(6, 0) == 2 / 64
    assert p_value_of(1, 8) == pytest.approx(2 * (1 + 9) / 512)
    assert p_value_of(4, 4) == 1.0
    assert 0 <= p_value_of(2000, 3000) < 1e-10


def test_holm_corrects_in_order():
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([]) == []


def test_mean_has_the_interval_of_student():
    # by hand: mean 4, s = sqrt(50 / 4), t(4) = 2.7764
    mean = mean_of([1.0, 2.0, 3.0, 4.0, 10.0])
    half = 2.7764 * (12.5**0.5) / 5**0.5
    assert (mean.value, mean.low, mean.high) == pytest.approx((4.0, 4 - half, 4 + half))
    # t(40) = 2.0211: 41 values of -1 and 1 around one 0
    many = mean_of([-1.0, 1.0] * 20 + [0.0])
    assert many.high == pytest.approx(2.0211 / 41**0.5, rel=1e-4)
    assert (mean_of([2.0]).low, mean_of([2.0]).of) == (2.0, 1)


@pytest.mark.parametrize(
    ("text", "reference", "held"),
    [
        ("Every 2,000 operating hours [1].", "2000 operating hours", True),
        ("Use 130 g of grease.", "30 g", False),
        ("Use 30g of grease.", "30 g", True),
        ("Use 30.5 g of grease.", "30 g", False),
        ("Genau 7,1 mm/s.", "7.1 mm/s", True),
        ("It needs 280 N·m.", "280 Nm", True),
        ("At -5 °C.", "5 °C", False),
        ("Pages 2-41.", "41", True),
        ("Use LAVENDER tubes.", "Lavender", True),
        ("Überdruck", "uberdruck", True),
        ("Cavitations", "Cavitation", False),
        ("It costs 1,250,000.50 EUR", "1250000.50 EUR", True),
        ("anything", "", False),
    ],
)
def test_holds_wants_the_same_words_and_numbers(text, reference, held):
    assert holds(text, reference) is held


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("The documents do not tell.", True),
        ("The passages don’t contain the answer. The valve opens at 6 bar.", True),
        ("I do not know.", True),
        ("Die Dokumente enthalten dazu keine Angabe.", True),
        ("The grease does not contain lithium [1].", False),
        ("The valve is not specified for steam.", False),
        ("Filters are changed every 500 hours [1].", False),
        ("", False),
    ],
)
def test_refuses_tells_a_refusal_from_a_no(text, refused):
    assert refuses(answer(text)) is refused


def test_judge_looks_only_at_what_is_known():
    expected = Expected(("6 bar",), "Pump.pdf", (12, 13))
    assert judge(expected, answer("It opens at 6 bar [1].", 12)) == Judged(True, True, False)
    assert judge(expected, answer("It opens at 8 bar [1].", 11)) == Judged(False, False, False)
    assert judge(Expected(), answer("It opens.")) == Judged(None, None, False)
    nothing = answer("Nothing relevant was found in the documents.", basis=Basis.NOTHING_FOUND)
    assert judge(Expected(("6 bar",), "pump.pdf", (12,), answerable=False), nothing) == Judged(None, None, True)


def test_variants_take_documents_and_adapters_away():
    made = {one.key: one.profile for one in variants_of(["alone", "documents", "adapter", "both"], PUMP, [PUMP])}
    modes = {key: (profile.answer_mode.searches, bool(profile.adapters)) for key, profile in made.items()}
    assert modes == {
        "alone": (False, False),
        "documents": (True, False),
        "adapter": (False, True),
        "both": (True, True),
    }
    strict = dataclasses.replace(PUMP, answer_mode=AnswerMode.DOCUMENTS_ONLY)
    assert variants_of(["both", "alone"], strict, [])[0].profile.answer_mode is AnswerMode.DOCUMENTS_ONLY
    bare = dataclasses.replace(PUMP, adapters=())
    for wanted in (["alone"], ["alone", "sideways"], ["alone", "profile:Nobody"]):
        with pytest.raises(UserError):
            variants_of(wanted, PUMP, [PUMP])
    with pytest.raises(UserError, match="no adapter"):
        variants_of(["alone", "both"], bare, [bare])


@pytest.mark.parametrize(
    ("only_first", "says"),
    [
        (0, "“Model alone” and “With documents”: no difference in one question."),
        (1, "“Model alone” did better than “With documents” in one question, which may be chance."),
    ],
)
def test_one_question_is_told_of_as_one(only_first: int, says: str):
    pair = PairFigures(*ONE_AND_TWO, "held", 0, only_first, 0, 1 - only_first, 1.0)
    assert str(pair.says) == says


def test_adapter_alone_is_not_offered_where_it_would_be_the_model_alone():
    def entry(form: str) -> AdapterEntry:
        return AdapterEntry("grease", "/grease.gguf", 1, "", "llama", 8, 16.0, "", form=form)

    assert only_with_passages(PUMP, [entry("question, three excerpts, tries")])
    assert not only_with_passages(PUMP, [entry("")])
    assert not only_with_passages(PUMP, [])
    assert not only_with_passages(dataclasses.replace(PUMP, adapters=()), [])
    assert offered(PUMP, has_documents=True) == ("alone", "documents", "adapter", "both")
    assert offered(PUMP, has_documents=True, only_with_passages=True) == ("alone", "documents", "both")
    assert offered(PUMP, has_documents=False, only_with_passages=True) == ("alone",)
    alone = dataclasses.replace(PUMP, answer_mode=AnswerMode.MODEL_ALONE)
    assert offered(alone, has_documents=True) == ("alone", "adapter")


def test_work_changes_adapters_once():
    plan = Plan("t", typed_questions("a\nb\nc"), variants_of(["alone", "both", "documents", "adapter"], PUMP, []))
    work = work_left(plan, {("1", "alone")})
    assert len(work) == 11
    adapters = [variant.profile.adapters for _, variant in work]
    assert sum(one != other for one, other in itertools.pairwise(adapters)) == 1


def test_run_keeps_each_answer_and_goes_on(store):
    plan = Plan("t", typed_questions("a\nb"), ONE_AND_TWO)
    comparison, cancelled, asked = store.begin(plan), threading.Event(), []

    def one(question: ComparedQuestion, variant: Variant) -> Outcome | None:
        asked.append((question.id, variant.key))
        if len(asked) == 3:
            return None
        return Outcome(question.id, variant.key, answer("yes"), 1.0)

    assert not run(comparison, store, one, lambda *_: None, cancelled)
    assert store.begin_or_go_on(plan).id == comparison.id
    assert store.comparison(comparison.id).answered == 2
    assert run(comparison, store, one, lambda *_: None, cancelled)
    assert asked[3:] == [("2", "alone"), ("2", "documents")]
    assert store.begin_or_go_on(plan).id != comparison.id


def test_figures_match_a_table_counted_by_hand(store):
    questions = tuple(ComparedQuestion(str(n), "How hot?", Expected(("90 degrees",))) for n in range(8))
    questions += (ComparedQuestion("x", "Who won?", Expected(answerable=False)),)
    comparison = store.begin(Plan("t", questions, ONE_AND_TWO))
    for n in range(8):
        store.keep(comparison.id, Outcome(str(n), "alone", answer("90 degrees" if n < 2 else "no"), 1.0))
        store.keep(comparison.id, Outcome(str(n), "documents", answer("90 degrees" if n > 0 else "no"), 3.0 + n))
    store.keep(comparison.id, Outcome("x", "alone", answer("Anand won."), 1.0))
    store.keep(comparison.id, Outcome("x", "documents", answer("The documents do not tell."), 1.0))
    store.rate(comparison.id, "3", "documents", 1)
    made = figures(comparison, store.outcomes(comparison.id))
    alone, documents = (one.shares for one in made.variants)
    assert (alone["held"].count, documents["held"].count, alone["held"].of) == (2, 7, 8)
    assert (alone["refused_right"].count, documents["refused_right"].count, alone["refused_right"].of) == (0, 1, 1)
    assert (documents["good"].count, documents["good"].of, alone["good"].of) == (1, 1, 0)
    (pair,) = [one for one in made.pairs if one.measure == "held"]
    assert (pair.both, pair.only_first, pair.only_second, pair.neither) == (1, 1, 6, 0)
    assert pair.p_value == pytest.approx(2 * (1 + 7) / 128)
    assert str(pair.says) == (
        "“With documents” did better than “Model alone” in 6 of 8 questions and worse in 1. "
        "With 8 questions this difference may be chance."
    )
    assert made.seconds[0].difference.value == pytest.approx(-(2 * 8 + 28) / 9)
    assert "page" not in made.measures


def test_seconds_of_answers_that_differ_much_do_not_begin_below_nothing(store):
    comparison = store.begin(Plan("t", typed_questions("q1\nq2"), ONE_AND_TWO))
    for variant, times in (("alone", (0.2, 40.0)), ("documents", (1.0, 3.0))):
        for question, seconds in zip(comparison.plan.questions, times, strict=True):
            store.keep(comparison.id, Outcome(question.id, variant, answer("yes"), seconds))
    made = figures(comparison, store.outcomes(comparison.id))
    assert [one.seconds.low for one in made.variants] == [0.0, 0.0]
    assert "-" not in seconds_text(made.variants[0].seconds)


def test_blind_order_is_mixed_and_stays(store):
    plan = Plan("t", typed_questions("\n".join(f"q{n}" for n in range(40))), ONE_AND_TWO, blind=True, seed=7)
    comparison = store.begin(plan)
    orders = [shown_order(comparison, asked.id) for asked in plan.questions]
    assert set(orders) == {(0, 1), (1, 0)}
    assert orders == [shown_order(store.comparison(comparison.id), asked.id) for asked in plan.questions]
    store.reveal(comparison.id)
    assert {shown_order(store.comparison(comparison.id), asked.id) for asked in plan.questions} == {(0, 1)}


def test_exports_are_safe_to_open(store):
    hostile = '=HYPERLINK("http://x")<script>alert(1)</script>'
    comparison = store.begin(Plan("<b>t", (ComparedQuestion("1", hostile, Expected(("30 g",))),), ONE_AND_TWO))
    store.keep(comparison.id, Outcome("1", "alone", answer("@SUM(1) <img src=x>"), 1.0))
    store.keep(comparison.id, Outcome("1", "documents", answer("-1 bar"), 1.0))
    comparison = store.comparison(comparison.id)
    rows = list(csv.reader(io.StringIO(csv_text(comparison, store.outcomes(comparison.id)))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "-", "+"))]
    page = html_text(comparison, store.outcomes(comparison.id))
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "<svg" in page
    assert "default-src 'none'" in page


def test_comparison_out_of_a_conversation_is_not_gone_on_with_as_one_of_a_file():
    plan = Plan("a", (ComparedQuestion("1", "What?"),), ())
    spoken = dataclasses.replace(plan, history=(Turn(Role.USER, "Before?"), Turn(Role.ASSISTANT, "So.")))
    assert len({one.fingerprint for one in (plan, spoken, dataclasses.replace(plan, named=(Mention("a.pdf"),)))}) == 3
    assert dataclasses.replace(plan, title="b").fingerprint == plan.fingerprint


def test_deleted_comparison_can_be_brought_back(store):
    comparison = store.begin(Plan("t", typed_questions("a"), ONE_AND_TWO))
    store.delete(comparison.id)
    assert store.comparisons() == []
    store.restore(comparison.id)
    assert [one.id for one in store.comparisons()] == [comparison.id]


def test_file_of_another_kind_or_a_newer_program_is_refused(tmp_path):
    path = tmp_path / "comparisons.db"
    path.write_text("not a database " * 100)
    with pytest.raises(UserError, match="cannot be read"):
        ComparisonStore(path)


def test_sample_questions_are_read():
    questions = read_questions(resource("samples", "questions.jsonl"))
    assert len(questions) == 25
    assert questions[0].expected.document == "pump-manual.pdf"
    assert questions[0].expected.pages == (10,)


def test_questions_in_short_form_and_twice_used_ids(tmp_path):
    file = tmp_path / "q.jsonl"
    rows = [
        {"id": "a", "question": "One?", "answer": "6 bar", "page": 3},
        {"id": "a", "question": "Two?"},
        {"question": "Three?", "unanswerable": True},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    one, two, three = read_questions(file)
    assert (one.expected.answers, one.expected.pages) == (("6 bar",), (3,))
    assert (two.id, three.id, three.expected.answerable) == ("a-2", "3", False)
    for wrong in ("[]", "{}", '{"question": 3}', '{"question": "x", "page": "three"}', "nonsense"):
        file.write_text(wrong)
        with pytest.raises(UserError, match="Line 1"):
            read_questions(file)


@pytest.mark.parametrize("page", ["1e999", "-1", "0", "10000001", str(2**64), "[3, 1e999]"])
def test_page_that_no_document_has_is_refused_with_its_line(tmp_path, page):
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "One?", "page": 10000000}\n{"question": "Two?", "page": ' + page + "}\n")
    with pytest.raises(UserError, match=r"Line 2 of .*q\.jsonl is not a question"):
        read_questions(file)


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\u0085"])
def test_sign_that_parts_lines_elsewhere_stays_within_a_question(tmp_path, sign):
    file = tmp_path / "q.jsonl"
    rows = [{"question": f"How hot{sign}may it be?"}, {"question": "Two?"}]
    file.write_bytes("\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode())
    assert [(line.number, line.question) for line in question_lines(file)] == [
        (1, f"How hot{sign}may it be?"),
        (2, "Two?"),
    ]


def test_lines_are_read_by_the_same_rules_without_a_look_at_what_only_a_comparison_needs(tmp_path):
    file = tmp_path / "q.jsonl"
    rows = [{"id": "a", "question": "One?", "page": "three"}, {"id": "a", "question": " Two? "}, {"question": "Three?"}]
    file.write_text("\ufeff" + "\n\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    asked = tuple(question_lines(file))
    assert [(one.number, one.id, one.question) for one in asked] == [
        (1, "a", "One?"),
        (3, "a", "Two?"),
        (5, "5", "Three?"),
    ]
    file.write_text("\n")
    assert list(question_lines(file)) == []
    half = '{"question": "One?", "scope": {"documents": ["\\ud800"]}}'
    for wrong in ("[]", "{}", '{"id": 1}', '{"question": 3}', '{"question": " "}', "nonsense", "[" * 100_000, half):
        file.write_text('{"question": "One?"}\n' + wrong)
        with pytest.raises(UserError, match=r"Line 2 of .*q\.jsonl is not a question"):
            list(question_lines(file))
    with pytest.raises(UserError, match="cannot be read"):
        list(question_lines(tmp_path / "none.jsonl"))
