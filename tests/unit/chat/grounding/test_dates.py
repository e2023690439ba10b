"""Dates of a claim, each of which is held as a whole or not at all."""

import pytest

from phi3desk.chat.grounding.check import Checker, PassageText
from phi3desk.chat.grounding.dates import dates_in
from phi3desk.chat.grounding.quantities import quantities_in
from phi3desk.chat.grounding.statements import statement_of
from phi3desk.chat.messages import Why

LEASE = "The lease begins on 1 January 2024 and ends on 31 December 2025."


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("Die Frist endet am 15.3.2024.", "Die Frist endet am 15. März 2024."),
        (LEASE, "The lease ends on 31 December 2025."),
        ("The report of March 15, 2024 was signed.", "The report of 15 March 2024 was signed."),
        ("Rok za oddajo vlog je 15. marec 2024.", "Rok za oddajo vlog je 15.3.2024."),
        ("Термін дії договору до 31 грудня 2025 року.", "Термін дії договору до 31.12.2025."),
        ("Published 2024-03-15 in Graz.", "Published on 15 March 2024 in Graz."),
        ("Tests were run on 1 May 2020 and 3 June 2021.", "Tests were run on 3 June 2021."),
    ],
)
def test_date_is_held_however_it_is_written(passage, claim):
    assert Checker([PassageText(passage)], "").verdict(claim).supported


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("Die Frist endet am 15.3.2024.", "Die Frist endet am 15.9.2024."),
        ("Die Frist endet am 15.3.2024.", "Die Frist endet am 16. März 2024."),
        (LEASE, "The lease begins on 1 January 2025."),
        ("The report of March 15, 2024 was signed.", "The report of 15 May 2024 was signed."),
        ("Rok za oddajo vlog je 15. marec 2024.", "Rok za oddajo vlog je 15. maj 2024."),
        ("Термін дії договору до 31 грудня 2025 року.", "Термін дії договору до 31 грудня 2024 року."),
        ("It opened in May 2019.", "It opened in June 2019."),
        ("Η προθεσμία λήγει στις 15 Μαρτίου 2024.", "Η προθεσμία λήγει στις 15 Μαΐου 2024."),
        ("Avtalet löper till den 15 mars 2024.", "Avtalet löper till den 15 maj 2024."),
        ("Termenul este 15 martie 2024.", "Termenul este 15 mai 2024."),
        ("The first test was on 1 January 2024.", "The first test was on 1. Feb. 2024."),
    ],
)
def test_date_of_which_a_part_is_another_is_another_date(passage, claim):
    found = Checker([PassageText(passage)], "").verdict(claim)
    assert (found.supported, found.why) == (False, Why.FIGURE)
    assert found.score < 0.1


def test_month_by_itself_and_figures_elsewhere_are_no_date():
    texts = ("It opened in May.", "In May 20 pumps ran.", "5 kg in 2019", "May")
    found = [[part.text for date in dates_in(statement_of(text, "en")) for part in date.parts] for text in texts]
    assert found == [[], ["20", "May"], [], []]


def test_a_number_without_end_is_no_day_and_no_year():
    assert not list(dates_in(statement_of(f"It opened in May {'9' * 400}.", "en")))


@pytest.mark.parametrize(
    ("passage", "same", "other"),
    [
        ("Die Frist endet am 3.5.", "Die Frist endet am 3. Mai.", "Die Frist endet am 5.3."),
        ("Die Frist endet am 3. Mai.", "Die Frist endet am 3.5.", "Die Frist endet am 4.5."),
        ("Die Frist endet am 3.5.", "Die Frist endet am 03.05.", "Die Frist endet am 5. März."),
        ("Die Frist endet am 3.5.2024.", "Die Frist endet am 3.5.", "Die Frist endet am 5.3."),
        (
            "Offen ist es vom 3.5. bis 7.6.",
            "Offen ist es vom 3. Mai bis 7. Juni.",
            "Offen ist es vom 3. Mai bis 6. Juli.",
        ),
        ("Rok se izteče dne 3. 5.", "Rok se izteče dne 3. maja.", "Rok se izteče dne 5. 3."),
        ("Rok teče od 3.5. do 7.6.", "Rok teče od 3. maja do 7. junija.", "Rok teče od 3. maja do 6. julija."),
    ],
)
def test_day_and_month_need_no_year(passage, same, other):
    assert Checker([PassageText(passage)], "").verdict(same).supported
    found = Checker([PassageText(passage)], "").verdict(other)
    assert (found.supported, found.why) == (False, Why.FIGURE)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Der Wert ist 3.5.", [3.5]),
        ("siehe Abschnitt 3.5.", [3.5]),
        ("am 3.5.2024", [3.0, 5.0, 2024.0]),
        ("am 33.5. und am 3.15.", [33.5, 3.15]),
        ("nach 3.5.1 und 2.1.", [1.0, 2.1]),
        ("Werte von 2.0 bis 3.5.", [2.0, 3.5]),
    ],
)
def test_figure_with_a_point_is_no_date(text, values):
    assert [min(each.values) for each in quantities_in(text, "de")] == values
