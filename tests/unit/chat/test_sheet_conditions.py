"""Conditions in questions to sheets: signs, units and values that are easily read as something else."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from phi3desk.chat.messages import Answer
from phi3desk.chat.sheets.asking import sheet_question
from phi3desk.library.documents import EVERYWHERE
from phi3desk.library.library import Library
from phi3desk.library.sheets.question import Operation
from tests.helpers.sheet_library import sheet_library
from tests.unit.chat.test_sheet_answers import answer, text_of

SHEETS = {
    "climate.csv": "Site,Temperature (°C)\nKranj,-10\nGraz,-3\nLinz,2\nWien,7\n",
    "accounts.csv": "Account,Balance (EUR)\nMain,-800\nTravel,-300\nCash,200\n",
    "parcels.csv": "Parcel,Weight (kg),Value (EUR),Shelf\nP-1,1,1000,2A\nP-2,3,6000,2A\nP-3,2500,9000,2B\n",
    "pumps.csv": "Pump,Class,Price (EUR)\nCP 40,A,10\nCP 65,B,20\nCP 80,B,40\nCP 90,C,80\n",
    "artiklar.csv": "Artikel;Kategori;Pris (kr)\nMutter;I;10\nSkruv;II;20\nBult;II;40\nNit;III;80\n",
    "tickets.csv": "Ticket,Priority,Hours,State\nT-1,high,2,off\nT-2,low,3,on\nT-3,low,5,off\nT-4,medium,1,on\n",
    "screws.csv": "Screw,Town,Status,Delivered,Price (CHF),Stock\nM4,Wien,open,2025-03-01,5,10\n"
    "M5,Wien,closed,2026-02-01,7,20\nM6,Linz,open,2026-11-02,9,30\nM8,Linz,open,2024-05-05,11,40\n",
    "sales.csv": "Year,Month,Sales (EUR)\n2025,June,5\n2025,May,6\n2026,June,7\n",
    "pipes.csv": "Pipe,Outside diameter,Inside diameter,Price without VAT (EUR)\nP40,40,36,5\nP50,50,45,6\n",
    "rohre.csv": "Rohr;Durchmesser außerhalb;Preis ohne MwSt (EUR)\nR40;40;5\nR50;50;6\n",
    "cevi.csv": "Cev;Premer zunaj;Nič prodano\nC40;40;3\nC50;50;4\n",
    "oddelki.csv": "Oddelek;Lani;Letos\nProdaja;5;6\nNabava;7;8\n",
    "branches.csv": "Branch;Last year;This year\nNorth;50;60\nSouth;70;80\n",
    "customers.csv": "Customer,Country,Orders\nNorsk,NOR,3\nGulf,ARE,5\nSava,SVN,7\nDrava,SVN,9\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with sheet_library(tmp_path_factory.mktemp("conditions"), SHEETS) as made:
        yield made


def tells_nothing(library: Library, question: str) -> bool:
    """Return whether neither a figure nor rows of a sheet are the answer to a question."""
    told = answer(library, question)
    return not isinstance(told, Answer) or told.sheet is None or not (told.sheet.words or told.sheet.rows)


def bounds(question: str) -> list[tuple[object, object, str]]:
    parts = sheet_question(question)
    assert parts is not None
    return [(each.low, each.high, each.unit) for each in parts.comparisons]


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("How many sites are below -5 °C?", None, -5.0),
        ("How many sites are below −5 °C?", None, -5.0),
        ("How many sites are below –5 °C?", None, -5.0),
        ("Koliko lokacij je pod -5 °C?", None, -5.0),
        ("How many sites are between -5 and 5 °C?", -5.0, 5.0),
        ("How many sites are between (-5) and 5 °C?", -5.0, 5.0),
        ("How many sites have from -10 to -2 °C?", -10.0, -2.0),
        ("How many sites have -5 - 5 °C?", -5.0, 5.0),
        ("How many sites have -10 – -5 °C?", -10.0, -5.0),
        ("How many sites have >-5 °C?", -5.0, None),
    ],
)
def test_a_minus_sign_belongs_to_its_number(question: str, low: float | None, high: float | None):
    assert bounds(question) == [(low, high, "°C")]


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("How many accounts are under -500 EUR?", None, -500.0),
        ("How many accounts are under -€500?", None, -500.0),
        ("How many accounts are under € -500?", None, -500.0),
        ("Which account has a balance of -300?", -300.0, -300.0),
        ("Which account has a balance of -2000?", -2000.0, -2000.0),
    ],
)
def test_an_amount_may_be_below_nothing(question: str, low: float | None, high: float | None):
    assert [each[:2] for each in bounds(question)] == [(low, high)]


@pytest.mark.parametrize(
    "question",
    [
        "How many sites are between 5 - 10 °C?",
        "How many sites have 5-10 °C?",
        "How many sites have 5 -10 °C?",
        "How many sites have 5 °C -10 °C?",
        "How many sites have 5 – 10 °C?",
    ],
)
def test_a_dash_between_two_numbers_is_no_minus_sign(question: str):
    assert bounds(question) == [(5.0, 10.0, "°C")]


def test_a_hyphen_of_a_name_is_no_minus_sign():
    assert bounds("Which site has the pump A-5?") == []


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many sites are below -5 °C?", "Number of rows (Temperature < −5 °C): 1."),
        ("How many sites have temperature -3?", "Number of rows (Temperature = −3 °C): 1."),
        ("How many accounts are under -500 EUR?", "Number of rows (Balance < −500 EUR): 1."),
        ("How many accounts are between -500 and 0 EUR?", "Number of rows (Balance −500 EUR – 0 EUR): 1."),
    ],
)
def test_rows_below_nothing_are_found(library: Library, question: str, told: str):
    assert text_of(library, question).startswith(told)


@pytest.mark.parametrize(
    ("question", "low", "high", "unit"),
    [
        ("How many parcels are over 2kg?", 2.0, None, "kg"),
        ("How many parcels are over 15kg?", 15.0, None, "kg"),
        ("Скільки посилок понад 2кг?", 2.0, None, "кг"),
        ("How many parcels are over 5%?", 5.0, None, "%"),
        ("How many sites are under -5°C?", None, -5.0, "°C"),
        ("How many pumps are over 5m³/h?", 5.0, None, "m³/h"),
        ("How many pumps are over 15m³/h?", 15.0, None, "m³/h"),
        ("How many parcels are over 1 500kg?", 1500.0, None, "kg"),
        ("Which parcels weigh 12-15kg?", 12.0, 15.0, "kg"),
        ("Which parcels weigh 2-3kg?", 2.0, 3.0, "kg"),
        ("Which parcels weigh 2-3%?", 2.0, 3.0, "%"),
        ("Which parcels weigh between 2kg and 3t?", 2.0, 3000.0, "kg"),
        ("How many parcels are over EUR5?", 5.0, None, "EUR"),
    ],
)
def test_a_unit_may_be_written_to_its_number(question: str, low: float, high: float | None, unit: str):
    assert bounds(question) == [(low, high, unit)]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many parcels are over 2kg?", "Number of rows (Weight > 2 kg): 2."),
        ("How many parcels are over 2t?", "Number of rows (Weight > 2,000 kg): 1."),
        ("What is the total weight of shelf 2A?", "Sum of “Weight” (Shelf = 2A): 4 kg."),
    ],
)
def test_rows_are_found_by_a_number_with_its_unit(library: Library, question: str, told: str):
    assert text_of(library, question).startswith(told)


@pytest.mark.parametrize(
    "question",
    [
        "How many parcels have a value over 5k?",
        "How many parcels have a value over 5k EUR?",
        "How many parcels have a value over €5k?",
        "How many parcels have a value over 5m?",
        "How many parcels have a value over 5bn?",
        "How many parcels have a value over 50bn?",
        "How many parcels have a weight over 5x?",
    ],
)
def test_no_figure_where_a_magnitude_is_not_understood(library: Library, question: str):
    told = answer(library, question)
    assert not isinstance(told, Answer) or told.sheet is None or not told.sheet.words


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the average price of a class B pump?", "Average of “Price” (Class = B): 30 EUR."),
        ("A class B pump costs how much on average?", "Average of “Price” (Class = B): 30 EUR."),
        ("What is the average price of a class A pump?", "Average of “Price” (Class = A): 10 EUR."),
        ("What is the average price of the classes A and B?", "Average of “Price” (Class = A, B): 23.33 EUR."),
        ("Vad är det genomsnittliga priset i kategori II?", "Medelvärdet av ”Pris” (Kategori = II): 30 kr."),
        ("Vad är det genomsnittliga priset i kategori I?", "Medelvärdet av ”Pris” (Kategori = I): 10 kr."),
        ("How many customers are in country SVN?", "Number of rows (Country = SVN): 2."),
    ],
)
def test_an_article_is_no_value(library: Library, question: str, told: str):
    assert text_of(library, question).startswith(told)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How high is the average of the hours with priority low?", "Average of “Hours” (Priority = low): 4."),
        ("What is the total of the hours with high priority?", "Sum of “Hours” (Priority = high): 2."),
        ("How many tickets have high or low priority?", "Number of rows (Priority = high, low): 3."),
        ("How many tickets have the state off?", "Number of rows (State = off): 2."),
    ],
)
def test_a_word_of_no_other_meaning_is_a_value_beside_its_column(library: Library, question: str, told: str):
    assert text_of(library, question).startswith(told)


@pytest.mark.parametrize(
    "question",
    [
        "Which screws are not in Wien?",
        "How many screws are neither in Wien nor open?",
        "What is the total stock of the screws except those in Wien?",
        "Which screws are more expensive than 7 CHF?",
        "Which screws aren't open?",
        "Which screws don’t have the status open?",
        "How many screws haven't been delivered?",
        "Which screws are outside Wien?",
        "Welche Screws sind nicht in Wien?",
    ],
)
def test_no_rows_are_shown_for_a_condition_that_is_turned_round(library: Library, question: str):
    assert tells_nothing(library, question)


@pytest.mark.parametrize(
    "question",
    [
        "Which screws have a price over 2 million CHF?",
        "Which screws have a stock over 2 dozen?",
        "Which open screws weigh over 7 kg?",
    ],
)
def test_no_rows_are_shown_for_a_bound_that_is_not_understood(library: Library, question: str):
    assert tells_nothing(library, question)


@pytest.mark.parametrize(
    "question",
    [
        "Which screws aren't open?",
        "Which screws aren’t open?",
        "Which screws arent open?",
        "Which screws cannot be open?",
        "Which screws are outside Wien?",
        "Which screws are there apart from those in Wien?",
        "Welche Schrauben sind außerhalb von Wien?",
        "Welche Schrauben sind nirgends eingetragen?",
        "Kateri vijaki so zunaj Dunaja?",
        "Kateri vijaki so izven Dunaja?",
        "Kateri vijaki nimajo cene?",
        "Ποιες βίδες είναι εκτός Βιέννης;",
        "Ποιες βίδες είναι έξω από τη Βιέννη;",
        "Які гвинти є поза Віднем?",
        "Які гвинти мають ціну, за винятком М4?",
        "Ce șuruburi sunt în afara orașului Viena?",
        "Ce șuruburi sunt, afară de M4?",
        "Ce șuruburi n-au fost livrate?",
        "Vilka skruvar finns utanför Wien?",
        "Vilka skruvar har inget pris?",
        "Vilka skruvar är ej öppna?",
    ],
)
def test_a_negation_is_seen_in_each_of_its_forms(question: str):
    parts = sheet_question(question)
    assert parts is not None
    assert parts.refused


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the outside diameter of P40?", "“Outside diameter” (Pipe = P40): 40."),
        ("What is the average outside diameter?", "Average of “Outside diameter”: 45."),
        ("How many pipes have an outside diameter over 45?", "Number of rows (Outside diameter > 45): 1."),
        ("What is the total price without VAT?", "Sum of “Price without VAT”: 11 EUR."),
        ("Was ist die Summe der Preise ohne MwSt?", "Summe von „Preis ohne MwSt“: 11 EUR."),
        ("Koliko je premer zunaj za C40?", "“Premer zunaj” (Cev = C40): 40."),
        ("Koliko je nič prodano za C50?", "“Nič prodano” (Cev = C50): 4."),
    ],
)
def test_a_word_like_outside_may_be_part_of_the_name_of_a_column(library: Library, question: str, told: str):
    assert text_of(library, question).startswith(told)


@pytest.mark.parametrize(
    "question",
    [
        "Which pipes are outside Linz?",
        "How many pipes with a diameter of 40 are outside?",
        "Which pipes outside have the diameter 40?",
        "How many pipes are without price?",
        "What is the outside diameter of pipes that are not P40?",
        "How many pipes of an outside diameter over 45 are outside Linz?",
    ],
)
def test_it_is_not_understood_beside_the_name_of_a_column(library: Library, question: str):
    assert tells_nothing(library, question)


@pytest.mark.parametrize(
    "question",
    [
        "How many exceptions are open?",
        "Which screws have the number N-5?",
        "Welche Schrauben haben einen Preis ausschließlich in Euro?",
        "Ce șuruburi au codul N-5?",
        "Vilka skruvar har öppen status?",
    ],
)
def test_a_word_that_looks_like_a_negation_is_none(question: str):
    parts = sheet_question(question)
    assert parts is not None
    assert not parts.refused


TODAY = datetime.date(2026, 1, 30)
YEAR, MONTH = ("2026-01-01", "2026-12-31"), ("2026-01-01", "2026-01-31")
LAST_MAY = ("2025-05-01", "2025-05-31")
LAST_YEAR, LAST_MONTH = ("2025-01-01", "2025-12-31"), ("2025-12-01", "2025-12-31")


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("How many orders were there this year?", YEAR),
        ("How many orders were there last year?", LAST_YEAR),
        ("How many orders are from last year?", LAST_YEAR),
        ("How many orders were there in the previous month?", LAST_MONTH),
        ("How many orders were there the year before last?", ("2024-01-01", "2024-12-31")),
        ("How many orders are there next quarter?", ("2026-04-01", "2026-06-30")),
        ("How many orders were there this week?", ("2026-01-26", "2026-02-01")),
        ("How many orders were there since last month?", ("2025-12-01", None)),
        ("How many orders were there before this year?", (None, "2026-01-01")),
        ("How many orders were there from last year to this year?", ("2025-01-01", "2026-12-31")),
        ("Wie viele Aufträge gab es dieses Jahr?", YEAR),
        ("Wie viele Aufträge gab es im letzten Monat?", LAST_MONTH),
        ("Wie viele Aufträge gab es im vorigen Quartal?", ("2025-10-01", "2025-12-31")),
        ("Koliko naročil je bilo letos?", YEAR),
        ("Koliko naročil je bilo lani?", LAST_YEAR),
        ("Koliko naročil je bilo prejšnji mesec?", LAST_MONTH),
        ("Πόσες παραγγελίες υπήρχαν φέτος;", YEAR),
        ("Πόσες παραγγελίες υπήρχαν πέρυσι;", LAST_YEAR),
        ("Πόσες παραγγελίες υπήρχαν αυτόν τον μήνα;", MONTH),
        ("Скільки замовлень було цього року?", YEAR),
        ("Скільки замовлень було торік?", LAST_YEAR),
        ("Скільки замовлень було у минулому місяці?", LAST_MONTH),
        ("Câte comenzi au fost anul acesta?", YEAR),
        ("Câte comenzi sunt din anul trecut?", LAST_YEAR),
        ("Câte comenzi au fost în această lună?", MONTH),
        ("Hur många order fanns i år?", YEAR),
        ("Hur många order fanns i fjol?", LAST_YEAR),
        ("Hur många order fanns förra månaden?", LAST_MONTH),
        ("Hur många order fanns i år 2024?", ("2024-01-01", "2024-12-31")),
        ("How many orders were delivered over last year?", LAST_YEAR),
        ("How many orders were delivered > last year?", ("2025-12-31", None)),
        ("Wie viele Aufträge sind über letztes Jahr verteilt?", LAST_YEAR),
        ("Скільки замовлень було під час минулого року?", LAST_YEAR),
        ("Hur många order fanns under förra året?", LAST_YEAR),
        ("Hur många order fanns under det här året?", YEAR),
        ("Hur många order fanns under i fjol?", LAST_YEAR),
        ("Hur många order fanns under förra året och i år?", ("2025-01-01", "2026-12-31")),
        ("How many orders were delivered in May last year?", LAST_MAY),
        ("How many orders were delivered last year in May?", LAST_MAY),
        ("How many orders were delivered in June of last year?", ("2025-06-01", "2025-06-30")),
        ("How many orders were delivered on 5 May last year?", ("2025-05-05", "2025-05-05")),
        ("How many orders were delivered on May 5th of last year?", ("2025-05-05", "2025-05-05")),
        ("How many orders were delivered before May last year?", (None, "2025-05-01")),
        ("How many orders were delivered from May last year to June this year?", ("2025-05-01", "2026-06-30")),
        ("How many orders were delivered in Q2 last year?", ("2025-04-01", "2025-06-30")),
        ("How many orders may be delivered this year?", YEAR),
        ("How many orders were delivered last year and this year?", ("2025-01-01", "2026-12-31")),
        ("How many orders were delivered last year, and to this customer?", LAST_YEAR),
        ("Wie viele Aufträge gab es im Mai letzten Jahres?", LAST_MAY),
        ("Koliko naročil je bilo maja lani?", LAST_MAY),
        ("Koliko naročil je bilo lani maja?", LAST_MAY),
        ("Πόσες παραγγελίες υπήρχαν τον Μάιο του προηγούμενου έτους;", LAST_MAY),
        ("Скільки замовлень було у травні минулого року?", LAST_MAY),
        ("Câte comenzi au fost în mai anul trecut?", LAST_MAY),
        ("Hur många order fanns i maj förra året?", LAST_MAY),
    ],
)
def test_a_period_may_be_told_from_today(question: str, period: tuple[str | None, str | None]):
    parts = sheet_question(question, TODAY)
    assert parts is not None
    assert [(each.low, each.high) for each in parts.comparisons] == [period]
    assert not parts.refused


@pytest.mark.parametrize(
    "question",
    [
        "How many orders were there in the last year?",
        "How many orders were there in the last 12 months?",
        "How many orders were there in the past few weeks?",
        "What is the total cost of the last three days?",
        "Wie viele Aufträge gab es in den letzten drei Monaten?",
        "Wie viele Aufträge gab es in den letzten Jahren?",
        "Koliko naročil je bilo v zadnjih 3 mesecih?",
        "Πόσες παραγγελίες υπήρχαν τους τελευταίους τρεις μήνες;",
        "Скільки замовлень було за останні 3 місяці?",
        "Câte comenzi au fost în ultimele trei luni?",
        "Câte comenzi au fost în anii trecuți?",
        "Hur många order fanns de senaste tre månaderna?",
        "How many orders were delivered in May and June last year?",
        "How many orders were delivered last year from May to July?",
        "How many orders were delivered last year before May?",
        "Câte comenzi au fost în mai și iunie anul trecut?",
        "How many orders were delivered this and last year?",
        "How many orders were delivered this or last year?",
        "How many orders were delivered in the last and the current year?",
        "How many orders were delivered last, this and next month?",
        "How many orders were delivered from last to this month?",
        "How many orders were delivered this year or the previous one?",
        "Wie viele Aufträge gab es dieses und letztes Jahr?",
        "Wie viele Aufträge gab es in diesem oder im letzten Jahr?",
        "Koliko naročil je bilo to in prejšnje leto?",
        "Koliko naročil je bilo od prejšnjega do tega meseca?",
        "Πόσες παραγγελίες υπήρχαν αυτό και το προηγούμενο έτος;",
        "Скільки замовлень було цього та минулого року?",
        "Câte comenzi au fost anul acesta și cel trecut?",
        "Hur många order fanns detta och förra året?",
        "Hur många order fanns den här och förra veckan?",
        "Which orders were delivered in the first quarter of last year?",
        "Which orders were delivered in the last week of last month?",
        "Welche Aufträge sind im ersten Quartal letzten Jahres?",
        "Katera naročila so bila v prvem četrtletju lanskega leta?",
        "Ποιες παραγγελίες υπήρχαν το πρώτο τρίμηνο του προηγούμενου έτους;",
        "Які замовлення були у першому кварталі минулого року?",
        "Ce comenzi au fost în primul trimestru al anului trecut?",
        "Vilka order fanns i första kvartalet förra året?",
        "How many orders were under last year?",
        "How many orders were there, more than last year?",
        "Wie viele Aufträge gab es unter letztem Jahr?",
        "Koliko naročil je nad lani?",
        "Πόσες παραγγελίες υπήρχαν πάνω από αυτό το έτος;",
        "Скільки замовлень було понад минулий рік?",
        "Câte comenzi au fost peste anul trecut?",
        "Hur många order fanns över förra året?",
    ],
)
def test_a_period_without_a_first_and_a_last_day_is_not_understood(question: str):
    parts = sheet_question(question, TODAY)
    assert parts is not None
    assert parts.refused


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("How many orders were delivered over May 2025?", "2025-05-01", "2025-05-31"),
        ("How many orders were delivered over 3 May 2025?", "2025-05-03", None),
        ("How many orders were delivered above May 2025?", "2025-05-31", None),
        ("Hur många order fanns under maj 2025?", "2025-05-01", "2025-05-31"),
        ("Hur många order fanns under den 3 maj 2025?", "2025-05-03", "2025-05-03"),
        ("Скільки замовлень було під час травня 2025?", "2025-05-01", "2025-05-31"),
    ],
)
def test_over_and_under_a_period_may_mean_all_of_it(question: str, low: str, high: str | None):
    assert bounds(question) == [(low, high, "")]


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("What are the costs from 2023?", "2023-01-01", "2023-12-31"),
        ("What are the costs from May 2023?", "2023-05-01", "2023-05-31"),
        ("What are the costs from the year 2023?", "2023-01-01", "2023-12-31"),
        ("What are the costs from 2023 and 2024?", "2023-01-01", "2024-12-31"),
        ("What are the costs from 2023 on shelf 2A?", "2023-01-01", "2023-12-31"),
        ("What are the costs from 2023 on?", "2023-01-01", None),
        ("How many orders from 2023 on are there?", "2023-01-01", None),
        ("What are the costs from 2023 onwards?", "2023-01-01", None),
        ("What are the costs from 1 May 2023 onwards?", "2023-05-01", None),
        ("What are the costs from last year on?", "2025-01-01", None),
        ("What are the costs since 2023?", "2023-01-01", None),
        ("What are the costs starting from 2023?", "2023-01-01", None),
        ("What are the costs from 2023 to 2024?", "2023-01-01", "2024-12-31"),
        ("Wie hoch sind die Kosten von 2023?", "2023-01-01", "2023-12-31"),
        ("Wie hoch sind die Kosten aus 2023?", "2023-01-01", "2023-12-31"),
        ("Wie hoch ist die Rechnung vom 1. Mai 2023?", "2023-05-01", "2023-05-01"),
        ("Wie viele Aufträge von 2023 an Novak gibt es?", "2023-01-01", "2023-12-31"),
        ("Wie viele Aufträge gibt es von 2023 an?", "2023-01-01", None),
        ("Wie viele Aufträge von 2023 an gibt es?", "2023-01-01", None),
        ("Wie viele Aufträge vom 1. Mai 2023 an gibt es?", "2023-05-01", None),
        ("Wie viele Aufträge gibt es ab 2023?", "2023-01-01", None),
        ("Koliko naročil je iz 2023?", "2023-01-01", "2023-12-31"),
        ("Koliko naročil je od 2023?", "2023-01-01", None),
        ("Koliko naročil je od 2023 naprej?", "2023-01-01", None),
        ("Πόσες παραγγελίες του 2023 υπάρχουν;", "2023-01-01", "2023-12-31"),
        ("Πόσες παραγγελίες υπάρχουν από το 2023 και μετά;", "2023-01-01", None),
        ("Скільки замовлень з 2023 року?", "2023-01-01", None),
        ("Скільки замовлень від 2023 року і далі?", "2023-01-01", None),
        ("Скільки замовлень починаючи з 2023 року?", "2023-01-01", None),
        ("Câte comenzi din 2023 sunt?", "2023-01-01", "2023-12-31"),
        ("Câte comenzi sunt din 2023 încoace?", "2023-01-01", None),
        ("Câte comenzi sunt de la 2023?", "2023-01-01", None),
        ("Câte comenzi sunt începând cu 2023?", "2023-01-01", None),
        ("Hur många order från 2023 finns?", "2023-01-01", "2023-12-31"),
        ("Hur många order finns från 2023 och framåt?", "2023-01-01", None),
        ("Hur många order finns från och med 2023?", "2023-01-01", None),
        ("Hur många order finns från och med den 1 maj 2023?", "2023-05-01", None),
        ("Hur många order finns sedan 2023?", "2023-01-01", None),
    ],
)
def test_from_a_year_is_of_that_year_where_nothing_tells_that_it_goes_on(question: str, low: str, high: str | None):
    parts = sheet_question(question, TODAY)
    assert parts is not None
    assert [(each.low, each.high) for each in parts.comparisons if each.is_date] == [(low, high)]
    assert not parts.refused


@pytest.mark.parametrize(
    "question",
    [
        "How many orders from 1 May 2023 are there?",
        "Πόσες παραγγελίες από το 2023 υπάρχουν;",
        "Скільки замовлень від 1 травня 2023?",
        "Скільки замовлень від 2023 року?",
        "Câte comenzi din 1 mai 2023 sunt?",
        "Hur många order från den 1 maj 2023 finns?",
    ],
)
def test_from_is_not_understood_where_it_may_be_of_a_day_or_since_it(question: str):
    parts = sheet_question(question)
    assert parts is not None
    assert parts.refused


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("How many orders were there before the year 2024?", None, "2024-01-01"),
        ("How many orders were there since the year 2024?", "2024-01-01", None),
        ("How many orders were there from the year 2023 to the year 2024?", "2023-01-01", "2024-12-31"),
        ("Wie viele Aufträge gab es vor dem Jahr 2024?", None, "2024-01-01"),
        ("Wie viele Aufträge gab es seit dem Jahr 2024?", "2024-01-01", None),
        ("Wie viele Aufträge gab es vom Jahr 2023 bis zum Jahr 2024?", "2023-01-01", "2024-12-31"),
        ("Koliko naročil je od leta 2024?", "2024-01-01", None),
        ("Koliko naročil je pred letom 2024?", None, "2024-01-01"),
        ("Koliko naročil je po letu 2024?", "2024-12-31", None),
        ("Koliko naročil je od leta 2023 do leta 2024?", "2023-01-01", "2024-12-31"),
        ("Πόσες παραγγελίες υπάρχουν πριν από το έτος 2024;", None, "2024-01-01"),
        ("Πόσες παραγγελίες υπάρχουν μετά το έτος 2024;", "2024-12-31", None),
        ("Скільки замовлень після року 2024?", "2024-12-31", None),
        ("Câte comenzi sunt înainte de anul 2024?", None, "2024-01-01"),
        ("Câte comenzi sunt începând cu anul 2024?", "2024-01-01", None),
        ("Hur många order finns före året 2024?", None, "2024-01-01"),
    ],
)
def test_the_word_for_a_year_may_stand_before_it(question: str, low: str | None, high: str | None):
    assert bounds(question) == [(low, high, "")]


@pytest.mark.parametrize(
    "question",
    [
        "What was the last order?",
        "What was the first order of last year?",
        "How many orders were there per month?",
        "Katero je zadnje naročilo leta 2024?",
    ],
)
def test_the_last_of_something_else_is_no_period_near_today(question: str):
    parts = sheet_question(question, TODAY)
    assert parts is not None
    assert not parts.refused


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many screws were delivered this year?", 2),
        ("How many screws were delivered last year?", 1),
        ("How many screws were delivered last month?", 0),
        ("How many screws were delivered in March last year?", 1),
        ("How many screws were delivered in May last year?", 0),
        ("What is the total of the sales in June last year?", 5),
        ("What is the total of the sales in May last year?", 6),
        ("What is the total of the sales last year?", 11),
    ],
)
def test_rows_of_a_period_near_today_are_counted(library: Library, question: str, count: int):
    parts = sheet_question(question, datetime.date(2026, 11, 30))
    assert parts is not None
    assert library.ask_sheets(parts, EVERYWHERE).result == ((count,),)


@pytest.mark.parametrize(
    "question",
    [
        "Which screws were delivered early last year?",
        "Which screws were delivered at the end of last year?",
        "Which screws were delivered in the first quarter of last year?",
        "Which screws were delivered in the fourth quarter of last year?",
        "Which screws were delivered last year from June to July?",
        "Which screws were delivered in Nov last year?",
        "How many screws were delivered in mid last year?",
        "How many screws were delivered first last year in Graz?",
    ],
)
def test_no_rows_of_a_period_near_today_are_shown_where_a_part_of_it_is_meant(library: Library, question: str):
    parts = sheet_question(question, datetime.date(2026, 11, 30))
    assert parts is not None
    assert [(each.low, each.high) for each in parts.comparisons if each.is_date] == [LAST_YEAR]
    told = library.ask_sheets(parts, EVERYWHERE)
    assert not told.rows
    assert not told.result


def test_rows_of_a_period_near_today_are_shown_where_a_word_elsewhere_is_not_understood(library: Library):
    parts = sheet_question("Which rejected screws in Wien were delivered last year?", datetime.date(2026, 11, 30))
    assert parts is not None
    assert [row.shown[0] for row in library.ask_sheets(parts, EVERYWHERE).rows] == ["M4"]


@pytest.mark.parametrize(
    "question", ["What is the total weight of the parcels last year?", "How many screws were delivered in past months?"]
)
def test_no_figure_of_all_rows_where_a_period_cannot_be_told(library: Library, question: str):
    assert tells_nothing(library, question)


@pytest.mark.parametrize(
    "question",
    [
        "What are the 3 cheapest screws?",
        "What are the three cheapest screws?",
        "Which screws are the cheapest three?",
        "Was sind die drei billigsten Schrauben?",
        "Kateri so trije najcenejši vijaki?",
        "Ποιες είναι οι τρεις φθηνότερες βίδες;",
        "Які три найдешевші гвинти?",
        "Care sunt cele mai ieftine trei șuruburi?",
        "Vilka är de tre billigaste skruvarna?",
    ],
)
def test_how_many_are_wanted_may_be_a_word(question: str):
    parts = sheet_question(question)
    assert parts is not None
    assert (parts.operation, parts.first) == (Operation.SMALLEST, 3)


def test_as_many_as_are_wanted_are_told(library: Library):
    assert text_of(library, "What are the three cheapest pumps?").startswith(
        "Smallest “Price”: 10 EUR, CP 40; CP 65: 20; CP 80: 40."
    )
    assert tells_nothing(library, "What are three of the cheapest pumps?")


@pytest.mark.parametrize(
    "question",
    [
        "How many items were rejected in Wien?",
        "How many were rejected in Wien?",
        "How many items were open yesterday?",
        "Which are rejected in Linz?",
        "How many are in the town of Wien?",
        "How many items cost exactly 5 CHF?",
        "Wie viele Positionen wurden in Wien abgelehnt?",
        "Hur många poster är avvisade i Wien?",
        "Vilka är interna i Wien?",
        "Vilka är avvisade i Wien?",
        "Vilka är öppna i Wien?",
        "Care sunt disponibile în Cluj?",
        "Care sunt grele?",
        "Care sunt respinse în Cluj?",
        "Скільки у Києві відкрито?",
    ],
)
def test_a_condition_does_not_name_the_rows(question: str):
    parts = sheet_question(question)
    assert parts is not None
    assert not any(word.noun for word in parts.words)


@pytest.mark.parametrize(
    ("question", "noun"),
    [
        ("How many of the screws are in Wien?", "screws"),
        ("How many sold screws are there in Wien?", "screws"),
        ("Which are the screws in Wien?", "screws"),
        ("Wie viele von den Schrauben sind in Wien?", "Schrauben"),
        ("Kateri so vijaki v Kranju?", "vijaki"),
        ("Πόσες από τις βίδες είναι στη Βιέννη;", "βίδες"),
        ("Які є гвинти у Києві?", "гвинти"),
        ("Câte dintre șuruburi sunt în Viena?", "șuruburi"),
        ("Hur många av skruvarna finns i Wien?", "skruvarna"),
        ("Vilka är skruvarna i Wien?", "skruvarna"),
        ("Hur många är kunderna?", "kunderna"),
        ("Care sunt pompele din Cluj?", "pompele"),
        ("Care sunt clienții din Cluj?", "clienții"),
        ("Câte sunt mașinile?", "mașinile"),
        ("Скільки у нас гвинтів?", "гвинтів"),
        ("Скільки в них працівників у Києві?", "працівників"),
        ("Wie viele gibt es bei uns Schrauben?", "Schrauben"),
        ("Care sunt pompele defecte din Cluj?", "pompele"),
    ],
)
def test_what_is_counted_names_the_rows(question: str, noun: str):
    parts = sheet_question(question)
    assert parts is not None
    assert [word.text for word in parts.words if word.noun] == [noun]


def test_a_price_is_no_sum(library: Library):
    assert text_of(library, "How many screws cost exactly 7 CHF?").startswith("Number of rows (Price = 7 CHF): 1.")
    assert text_of(library, "How many items cost exactly 7 CHF?").startswith("Number of rows (Price = 7 CHF): 1.")


def test_rows_are_not_counted_by_a_condition_that_the_table_does_not_hold(library: Library):
    told = answer(library, "How many items were rejected in Linz?")
    assert not isinstance(told, Answer) or told.sheet is None or not told.sheet.words


@pytest.mark.parametrize(
    "question",
    [
        "What is the total price of 5 M4 screws?",
        "What is the total price 5 M4 screws?",
        "What is the average price of 7 open screws?",
    ],
)
def test_a_number_of_rows_is_no_price(library: Library, question: str):
    assert tells_nothing(library, question)


def test_a_number_behind_the_name_of_a_column_is_what_it_has_to_be(library: Library):
    told = text_of(library, "What is the total of the screws with price 7?")
    assert told.startswith("Sum of “Stock” (Price = 7 CHF): 20.")


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Koliko je letos v oddelku Prodaja?", "“Letos” (Oddelek = Prodaja): 6."),
        ("Koliko je bilo lani v oddelku Prodaja?", "“Lani” (Oddelek = Prodaja): 5."),
        ("What is the sum of last year of the branches?", "Sum of “Last year”: 120."),
    ],
)
def test_a_period_may_be_the_name_of_a_column(library: Library, question: str, told: str):
    assert text_of(library, question).startswith(told)
