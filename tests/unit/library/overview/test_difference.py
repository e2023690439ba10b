"""In what two documents differ, of passages that hold their sentences cut in different places."""

import pytest

from phi3desk.errors import Cancelled
from phi3desk.library.documents import Passage
from phi3desk.library.overview.difference import differences
from phi3desk.library.overview.types import Change
from tests.helpers.cancelled_after import CancelledAfter

OLD = {
    "1 Payment": "Invoices are paid within 30 days of receipt. The currency is the euro.",
    "2 Delivery": "The goods are delivered to the plant in Kranj. The supplier unloads them at his own risk.",
    "3 Warranty": "The warranty lasts for 24 months from acceptance.",
    "4 Penalties": "For each day of delay a penalty of 0.5 % is due.",
}
NEW = {
    "1 Payment": "The currency is the euro. Invoices are paid within 45 days of receipt.",
    "2 Delivery": "The goods are delivered to the plant in Kranj. The supplier unloads them at his own risk.",
    "3 Warranty": "The warranty lasts for 24 months from acceptance.",
    "4 Insurance": "The supplier keeps a liability insurance of two million euros.",
}


def passages(sections: dict[str, str], document: int) -> list[Passage]:
    return [
        Passage(100 * document + n, document, f"{document}.pdf", f"/{document}.pdf", "", n, 0, len(text), text, (head,))
        for n, (head, text) in enumerate(sections.items(), 1)
    ]


def test_changed_figures_and_what_one_has_alone_are_told():
    found, same, _ = differences(passages(OLD, 1), passages(NEW, 2))
    assert same == 4
    changed, first, second = found
    assert changed.change is Change.CHANGED
    assert (changed.first_text, changed.second_text) == (
        "Invoices are paid within 30 days of receipt.",
        "Invoices are paid within 45 days of receipt.",
    )
    assert changed.figures == (("30",), ("45",))
    assert (changed.first.page, changed.second.page) == (1, 1)
    assert (first.change, first.heading, first.second) == (Change.ONLY_FIRST, "4 Penalties", None)
    assert (second.change, second.second_text) == (Change.ONLY_SECOND, NEW["4 Insurance"])


def test_same_text_cut_and_numbered_otherwise_does_not_differ():
    text = "a) Switch the pump off.\nb) Close both valves of the line.\nc) Wait for ten minutes."
    one = {"Stopping": text}
    moved = {
        "Before": "1. Close both valves of the line.",
        "Stopping": "2. Switch the pump off.\n3. Wait for ten minutes.",
    }
    found, same, _ = differences(passages(one, 1), passages(moved, 2))
    assert (found, same) == ([], 3)


@pytest.mark.parametrize(
    ("one", "other", "figures"),
    [
        ("30 days after delivery the sum is due.", "14 days after delivery the sum is due.", (("30",), ("14",))),
        ("24 Monate Gewährleistung ab Abnahme.", "36 Monate Gewährleistung ab Abnahme.", (("24",), ("36",))),
        ("1.5 bar is the limit of the line.", "2.5 bar is the limit of the line.", (("1.5",), ("2.5",))),
        ("2.4 GHz is the band of the radio.", "5.2 GHz is the band of the radio.", (("2.4",), ("5.2",))),
        ("It is stored at -20 °C in the dark.", "It is stored at 20 °C in the dark.", (("-20",), ("20",))),
        ("−20 °C is the limit of the store.", "20 °C is the limit of the store.", (("-20",), ("20",))),
        ("The monthly fee is €500 for a seat.", "The monthly fee is $500 for a seat.", (("€500",), ("$500",))),
        ("The monthly fee is 500 € for a seat.", "The monthly fee is 500 $ for a seat.", (("500€",), ("500$",))),
        ("Keep the pressure < 5 bar at all times.", "Keep the pressure > 5 bar at all times.", (("<5",), (">5",))),
    ],
)
def test_figure_a_sentence_begins_with_and_the_sign_of_a_figure_are_told(one, other, figures):
    found, same, _ = differences(passages({"Terms": one}, 1), passages({"Terms": other}, 2))
    assert ([(each.change, each.figures) for each in found], same) == ([(Change.CHANGED, figures)], 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2.1 The bidder keeps to his tender.", "2.3 The bidder keeps to his tender."),
        ("(4) Der Bieter trägt die Kosten.", "5. Der Bieter trägt die Kosten."),
        ("- 1. Close both valves.", "- 2. Close both valves."),
        ("It is stored at -20 °C and ≤ 5 % of water.", "It is stored at −20 °C and <=5% of water."),
        ("The pages 2-5 and 7–9 are kept.", "The pages 2-5 and 7–9 are kept."),
    ],
)
def test_number_of_a_clause_and_the_writing_of_a_sign_are_no_difference(one, other):
    assert differences(passages({"Terms": one}, 1), passages({"Terms": other}, 2)) == ([], 1, 0)


def test_unrelated_documents_have_no_changed_places():
    other = {"Lunch": "Soup is served at noon. Guests sign the book at the gate before they enter."}
    found, same, _ = differences(passages(OLD, 1), passages(other, 2))
    assert same == 0
    assert {difference.change for difference in found} == {Change.ONLY_FIRST, Change.ONLY_SECOND}


def test_running_heads_are_no_difference():
    old = {f"{n} Part": f"{text} Contract 4711, page of pages." for n, text in enumerate(OLD.values(), 1)}
    found, _, _ = differences(passages(old, 1), passages(OLD, 2))
    assert found == []


@pytest.mark.parametrize(("often", "seldom"), [(3, 2), (20, 1)])
@pytest.mark.parametrize("swapped", [False, True])
def test_sentence_that_is_left_out_in_some_places_is_told_where_there_are_more(often: int, seldom: int, swapped: bool):
    gloves = "Wear protective gloves at the vessel."

    def steps(times: int, document: int) -> list[Passage]:
        valves = [f"Valve {n} of vessel {n} is opened by hand." for n in range(20)]
        return passages({f"Step {n}": f"{text} {gloves * (n < times)}" for n, text in enumerate(valves)}, document)

    found, same, _ = differences(steps(seldom if swapped else often, 1), steps(often if swapped else seldom, 2))
    assert [(each.change, each.first_text or each.second_text) for each in found] == [
        (Change.ONLY_SECOND if swapped else Change.ONLY_FIRST, gloves)
    ]
    assert same == 20 + seldom


def test_thousands_of_sentences_are_compared_in_time():
    def long(document: int) -> list[Passage]:
        sections = {
            f"Section {n}": f"Valve {n} of line {n % 7} opens at {n + document} bar and closes again by itself."
            for n in range(2500)
        }
        return passages(sections, document)

    found, same, _ = differences(long(1), long(2))
    assert (len(found), same) == (2500, 0)


def test_what_changed_behind_thousands_of_shared_sentences_is_told():
    def long(document: int, last: str) -> list[Passage]:
        valves = {f"Section {n}": f"Valve {n} opens at {n + 3} bar and closes by itself." for n in range(6_100)}
        return passages({**valves, "Warranty": last}, document)

    found, same, left_out = differences(long(1, OLD["3 Warranty"]), long(2, OLD["3 Warranty"].replace("24", "12")))
    assert [each.figures for each in found] == [(("24",), ("12",))]
    assert (same, left_out) == (6_100, 0)


def test_sentences_too_many_to_be_compared_are_counted():
    def long(document: int) -> list[Passage]:
        return passages({f"Part {n}": f"Valve {n} opens at {n + document} bar." for n in range(6_002)}, document)

    found, same, left_out = differences(long(1), long(2))
    assert (len(found), same, left_out) == (6_000, 0, 4)


@pytest.mark.parametrize("looks", [0, 3])
def test_comparison_is_stopped_between_two_sentences(looks: int):
    sentences = " ".join(f"Bolt {n} of flange number {n} is tightened with {n} Nm." for n in range(2, 12))
    stopped = CancelledAfter(looks)
    with pytest.raises(Cancelled):
        differences(passages({"Bolts": sentences}, 1), passages({"Bolts": sentences.replace("Nm", "kN")}, 2), stopped)
    assert stopped.left == -1
