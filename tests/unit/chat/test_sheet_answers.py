"""Questions to sheets from their words to the answer, on the sheets of the benchmark and beside other documents."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.decision import (
    QueryStep,
    SearchStep,
    SheetStep,
    Writing,
    sheet_step,
    step_after_query,
    step_after_sheets,
)
from phi3desk.chat.messages import Answer, Basis, MadeBy
from phi3desk.chat.question import Question
from phi3desk.chat.sheets.asking import sheet_question
from phi3desk.chat.sheets.query_model import QueryRequest
from phi3desk.errors import Cancelled
from phi3desk.library.documents import EVERYWHERE, SearchScope
from phi3desk.library.library import Library
from phi3desk.library.sheets.question import Operation, WrittenQuery
from phi3desk.library.sheets.told import SheetsTold
from phi3desk.model.types import Sampling
from phi3desk.paths import open_paths
from phi3desk.workers.requests import AskSheets
from tests.benchmarks.sheets.material import write_sheets
from tests.helpers.cancelled_after import CancelledAfter
from tests.helpers.operations import serve
from tests.helpers.sheet_library import sheet_library

NOTE = (
    "The pump CP 65 is greased every 500 hours. Its pressure must not exceed 7 bar.\n\n"
    "How many hours a bearing lasts depends on the largest load. The total cost of a stop is high.\n"
)


class Soon(threading.Event):
    """An event that is set by itself, while the query runs that it is to stop."""

    def __init__(self) -> None:
        super().__init__()
        threading.Timer(0.5, self.set).start()


def asked(text: str, scope: SearchScope = EVERYWHERE) -> Question:
    by = MadeBy(model="m", profile="Keeper", profile_id="k")
    return Question(text, "", (), scope, 5, Sampling(), by, AnswerMode.DOCUMENTS_ONLY)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with sheet_library(tmp_path_factory.mktemp("sheets"), {"note.txt": NOTE}, write_sheets) as made:
        yield made


def answer(library: Library, text: str, scope: SearchScope = EVERYWHERE) -> Answer | SearchStep | QueryStep:
    question = asked(text, scope)
    step = sheet_step(question)
    assert step is not None
    told = library.ask_sheets(step.asked, step.scope)
    return step_after_sheets(question, step, told, Writing())


def told_of(library: Library, document: str, question: str) -> str:
    """Return what one sheet tells to a question, "" where no query was made."""
    told = answer(library, question, SearchScope(documents=(document,)))
    return told.text if isinstance(told, Answer) and told.sheet is not None and told.sheet.words else ""


def text_of(library: Library, question: str) -> str:
    told = answer(library, question)
    assert isinstance(told, Answer), told
    return told.text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the largest flow of the pumps in hall B?", "Largest “Flow” (Hall = B): 60 m³/h, CP 80. [1]"),
        ("How many pumps were installed after 1 January 2020?", "Number of rows (Installed > 1 January 2020): 3."),
        ("Wie groß ist die Gesamtmenge in Graz?", "Summe von „Menge“ (Lagerort = Graz): 2.290,5 kg."),
        ("Koliko znaša skupni znesek stranke Alpina?", "Vsota stolpca »Znesek« (Stranka = Alpina): 4.450 EUR."),
        ("Vad är den totala kostnaden för Verkstad?", "Summan av ”Kostnad” (Byggnad = Verkstad): 278\u00a0150 kr."),
        ("Яка середня ціна фільтрів?", "Середнє стовпця «Ціна» (Назва = Фільтр ФМ-10, Фільтр ФМ-20): 600 грн."),
        ("Ποιο προϊόν έχει το μεγαλύτερο απόθεμα;", "Μεγαλύτερη τιμή στη στήλη «Απόθεμα»: 300, Σαπούνι."),
        ("Cine are cel mai mare salariu?", "Cea mai mare valoare din „Salariu”: 8.300 lei, Maria Voicu."),
    ],
)
def test_each_language_is_answered_in_its_own_words(library: Library, question: str, told: str):
    assert text_of(library, question).startswith(told)


def test_the_answer_keeps_its_rows_its_query_and_where_they_stand(library: Library):
    told = answer(library, "Wie groß ist die Gesamtmenge in Graz?")
    assert isinstance(told, Answer)
    assert (told.basis, told.kind, told.mode) == (Basis.DOCUMENTS, "sheet", AnswerMode.DOCUMENTS_ONLY)
    assert told.made_by == MadeBy(profile="Keeper", profile_id="k")
    assert told.sheet is not None
    assert told.sheet.sql == 'SELECT SUM("menge_kg") FROM table_1 WHERE "lagerort" = \'Graz\''
    assert told.sheet.words == "Summe von „Menge“ (Lagerort = Graz)"
    assert [row.number for row in told.sheet.rows] == [5, 6, 11]
    assert told.sheet.rows[0].cells[2] == "1.250,5"
    assert [(c.document, c.label) for c in told.citations] == [("lager.csv", "rows 5–6"), ("lager.csv", "row 11")]
    assert [row.citation for row in told.sheet.rows] == [1, 1, 2]
    assert "Flansch DN 50" in told.citations[1].quote and "Rohr" not in told.citations[1].quote
    assert told.grounded


def test_what_was_not_counted_is_said(library: Library):
    text = text_of(library, "Was ist die Summe der Menge von Novak?")
    assert "99,5 kg" in text
    assert "Zeilen ohne Wert in „Menge“, nicht mitgerechnet: 1." in text
    assert "Summenzeilen der Tabelle, nicht mitgerechnet: 1." in text


@pytest.mark.parametrize(
    "question",
    [
        "How often is the pump greased?",
        "What does the largest load do to a bearing?",
        "What is the total cost of a stop?",
        "Why is the sky blue?",
        "What is the total flow in hall Z?",
        "What is the sum of the flow of the green pumps in hall B?",
    ],
)
def test_a_question_whose_words_the_tables_do_not_hold_is_not_calculated(library: Library, question: str):
    told = answer(library, question)
    assert not isinstance(told, Answer) or told.sheet is None or not told.sheet.words


TICKETS = """Ticket,Opened,Customer,Priority,Hours spent,Satisfaction (%)
T-501,2024-05-02,Norsk Hydro,high,3.5,90
T-502,2024-05-06,Vattenfall,low,12,65
T-503,2024-05-07,Norsk Hydro,medium,1.25,
T-504,2024-06-11,Enel,high,2,100
"""
CARS = """Kennzeichen;Modell;Kilometerstand (km);Prüfung
W-1201;VW Caddy;142.350;15.09.2024
W-1202;Ford Transit;61.020;02.03.2025
W-1203;Ford Transit;231.900;30.06.2024
"""


BUDGET = """Site,Year,Budget (EUR)
Kranj,2020,10
Kranj,2021,20
Graz,2022,40
Graz,2023,80
"""


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    texts = {"tickets.csv": TICKETS, "cars.csv": CARS, "budget.csv": BUDGET}
    with sheet_library(tmp_path_factory.mktemp("others"), texts) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many tickets have a low priority?", "Number of rows (Priority = low): 1."),
        ("How many hours were spent on Norsk Hydro?", "Sum of “Hours spent” (Customer = Norsk Hydro): 4.75."),
        ("Which ticket has the lowest satisfaction?", "Smallest “Satisfaction”: 65 %, T-502."),
        ("Welche Fahrzeuge haben mehr als 100.000 km?", "Passende Zeilen (Kilometerstand > 100.000 km): 2."),
        ("Wann ist die Prüfung von W-1203?", "“Prüfung” (Kennzeichen = W-1203): 30.06.2024."),
        (
            "Durchschnittlicher Kilometerstand je Modell",
            "Durchschnitt von „Kilometerstand“, für jeden Wert von „Modell“:",
        ),
    ],
)
def test_words_numbers_and_conditions_of_every_day(others: Library, question: str, told: str):
    assert text_of(others, question).startswith(told)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many tickets were opened in May and June 2024?", "Number of rows (Opened 1 May 2024 – 30 June 2024): 4."),
        (
            "How many tickets were opened in April, May and in June 2024?",
            "Number of rows (Opened 1 April 2024 – 30 June",
        ),
        (
            "What is the total of the hours spent from May to June 2024?",
            "Sum of “Hours spent” (Opened 1 May 2024 – 30 June 2024): 18.75.",
        ),
        (
            "How many tickets were opened after 2 May 2024 and before 11 June 2024?",
            "Number of rows (Opened > 2 May 2024; Opened < 11 June 2024): 2.",
        ),
        ("Which tickets have hours spent from 2 to 5?", "“Ticket” (Hours spent 2 – 5): 2."),
        ("Which tickets have hours spent 2–5?", "“Ticket” (Hours spent 2 – 5): 2."),
        ("Welche Fahrzeuge haben 61.000 bis 150.000 km?", "Passende Zeilen (Kilometerstand 61.000 km – 150.000 km)"),
    ],
)
def test_two_bounds_of_one_column_are_one_range(others: Library, question: str, told: str):
    assert text_of(others, question).startswith(told)


@pytest.mark.parametrize(
    ("question", "years", "total"),
    [
        ("What is the total budget from 2020 to 2022?", "2020 AND 2022", "70 EUR"),
        ("What is the total budget in 2021 and 2022?", "2021 AND 2022", "60 EUR"),
    ],
)
def test_years_are_bounds_in_a_column_of_years(others: Library, question: str, years: str, total: str):
    told = answer(others, question)
    assert isinstance(told, Answer) and told.sheet is not None
    assert told.sheet.sql.endswith(f' WHERE "year" BETWEEN {years}')
    assert f": {total}." in told.text


@pytest.mark.parametrize(
    "question",
    [
        "How many tickets were opened in April and June 2024?",
        "How many tickets were opened in May 2024 and before June 2023?",
        "How many tickets were opened before May 2024 or after June 2024?",
        "How many tickets were opened in May 2024 and 2025?",
        "How many tickets were opened in 2024/2025?",
        "Welche Fahrzeuge haben mindestens 61.000 bis 150.000 km?",
        "What is the total budget in 2021 and 2023?",
        "Welche Fahrzeuge haben mehr als 50.000 km und Kilometerstand 61.020?",
    ],
)
def test_no_figure_where_two_bounds_of_one_column_do_not_agree(others: Library, question: str):
    told = answer(others, question)
    assert not isinstance(told, Answer) or told.sheet is None or not told.sheet.words
    assert not isinstance(told, Answer) or told.sheet is None or not told.sheet.rows


@pytest.mark.parametrize("question", ["How many tickets have a strange priority?", "How often is a ticket opened?"])
def test_no_figure_where_a_condition_is_not_understood(others: Library, question: str):
    told = answer(others, question)
    assert not isinstance(told, Answer) or told.sheet is None or not told.sheet.words


def test_only_sheets_in_scope_are_asked(library: Library):
    only = SearchScope(documents=("note.txt",))
    assert isinstance(answer(library, "What is the largest flow of the pumps in hall B?", only), SearchStep)


def test_rows_that_fit_are_shown_where_no_query_is_made(library: Library):
    told = answer(library, "Wie viele Artikel sind im Jahr 2023 eingegangen?")
    assert isinstance(told, Answer) and told.sheet is not None
    assert told.text.startswith("Aus dieser Frage ließ sich keine Abfrage machen.")
    assert told.sheet.words == ""
    assert [row.number for row in told.sheet.rows] == [8, 11]


def test_a_query_of_the_model_is_run_and_a_wrong_one_goes_back_once(library: Library):
    question = asked("Wie viele Artikel sind im Jahr 2023 eingegangen?")
    step = sheet_step(question)
    assert isinstance(step, SheetStep)
    told = library.ask_sheets(step.asked, step.scope)
    assert told.told is SheetsTold.OPEN
    assert "menge_kg REAL, -- Menge in kg: 1250.5, 800, 412.25, ..." in told.schema
    assert "lagerort TEXT, -- Lagerort: 'Graz', 'Linz', 'Wien'" in told.schema

    wrong = step_after_query(QueryStep(QueryRequest("", ""), step, told), "SELECT count(*) FROM table_9")
    told = library.ask_sheets(wrong.asked, wrong.scope, wrong.written[-1])
    assert told.told is SheetsTold.FAILED
    assert told.error
    assert told.rows

    right = step_after_query(
        QueryStep(QueryRequest("", ""), wrong, told), "SELECT COUNT(*) FROM table_1 WHERE eingang < '2024-01-01'"
    )
    told = library.ask_sheets(right.asked, right.scope, right.written[-1])
    end = step_after_sheets(question, right, told, Writing())
    assert isinstance(end, Answer) and end.sheet is not None
    assert end.text.startswith("Anzahl der Zeilen (Eingang < 01.01.2024): 2.")
    assert end.sheet.by_model
    assert end.made_by.model == "m"
    assert [row.number for row in end.sheet.rows] == [8, 11]


def answer_to_written(library: Library, sql: str) -> Answer:
    question = asked("Wie viele Artikel sind im Jahr 2023 eingegangen?")
    step = sheet_step(question)
    assert step is not None
    told = library.ask_sheets(step.asked, step.scope)
    step = step_after_query(QueryStep(QueryRequest("", ""), step, told), sql)
    end = step_after_sheets(question, step, library.ask_sheets(step.asked, step.scope, step.written[-1]), Writing())
    assert isinstance(end, Answer)
    return end


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT MAX(menge_kg) FROM table_1", "Größter Wert von „Menge“: 3.100 kg, Blech 2 mm."),
        (
            "SELECT MIN(menge_kg) AS least FROM table_1 WHERE lagerort = 'Graz'",
            "Kleinster Wert von „Menge“ (Lagerort = Graz): 240 kg, Flansch DN 50.",
        ),
        ("SELECT MAX(eingang) FROM table_1", "Spätestes Datum in „Eingang“: 28.03.2024, Rohr DN 50."),
    ],
)
def test_a_query_of_the_model_names_only_the_rows_with_the_extreme(library: Library, sql: str, told: str):
    end = answer_to_written(library, sql)
    assert end.text.startswith(told)
    assert end.sheet is not None and len(end.sheet.rows) == len(end.citations) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT SUM(DISTINCT einzelpreis_eur) FROM table_1",
        "SELECT AVG(DISTINCT einzelpreis_eur) FROM table_1",
        "SELECT COUNT(menge_kg) FROM table_1",
    ],
)
def test_a_query_that_no_words_tell_is_told_as_one(library: Library, sql: str):
    assert answer_to_written(library, sql).text.startswith("Ergebnis der Abfrage: ")


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT einzelpreis_eur FROM table_1 WHERE artikel = 'Rohr DN 50'", "7,6 EUR."),
        ("SELECT DISTINCT einzelpreis_eur AS p FROM table_1 WHERE artikel = 'Rohr DN 50'", "7,6 EUR."),
        ("SELECT artikel, menge_kg FROM table_1 ORDER BY menge_kg DESC LIMIT 1", "Blech 2 mm, 3.100 kg."),
        ('SELECT artikel, MAX("menge_kg") m FROM table_1', "Blech 2 mm, 3.100 kg."),
        ("SELECT lagerort, round(SUM(menge_kg), 1) FROM table_1 GROUP BY lagerort LIMIT 1", "Graz, 2.290,5 kg."),
        ("SELECT COUNT(menge_kg) FROM table_1", "6."),
        ("SELECT SUM(menge_kg * 2) FROM table_1 WHERE lagerort = 'Graz'", "4.581."),
        ("SELECT SUM(menge_kg) / 2 FROM table_1 WHERE lagerort = 'Graz'", "1.145,25."),
        ("SELECT menge_kg FROM (SELECT COUNT(*) AS menge_kg FROM table_1)", "7."),
    ],
)
def test_the_values_of_a_query_of_the_model_have_the_unit_of_their_column(library: Library, sql: str, told: str):
    assert answer_to_written(library, sql).text.startswith(f"Ergebnis der Abfrage: {told}")


@pytest.mark.parametrize(
    "sql",
    ["DROP TABLE table_1", "SELECT * FROM sqlite_master", "", "SELECT menge_kg FROM table_1 WHERE lagerort = 'X'"],
)
def test_after_two_failures_the_rows_that_fit_are_shown(library: Library, sql: str):
    question = asked("Wie viele Artikel sind im Jahr 2023 eingegangen?")
    step = sheet_step(question)
    assert step is not None
    told = library.ask_sheets(step.asked, step.scope)
    for _ in range(2):
        step = step_after_query(QueryStep(QueryRequest("", ""), step, told), sql)
        told = library.ask_sheets(step.asked, step.scope, step.written[-1])
        assert told.told is SheetsTold.FAILED
    end = step_after_sheets(question, step, told, Writing())
    assert isinstance(end, Answer) and end.sheet is not None
    assert not end.sheet.by_model
    assert [row.number for row in end.sheet.rows] == [8, 11]


def test_sheets_are_asked_until_that_is_stopped(library: Library):
    step = sheet_step(asked("What is the largest flow of the pumps in hall B?"))
    assert step is not None
    request = AskSheets(step.asked, step.scope)
    found = serve(library, request, CancelledAfter(10_000))
    assert found.told is SheetsTold.FOUND
    indexes = library._sheet_answers._indexes
    for looks in (0, 3):
        indexes.clear()
        with pytest.raises(Cancelled):
            serve(library, request, CancelledAfter(looks))
        assert len(indexes) <= 1

    endless = "SELECT count(*) FROM " + ", ".join(f"table_{found.table} t{n}" for n in range(20))
    with pytest.raises(Cancelled):
        serve(library, AskSheets(step.asked, step.scope, WrittenQuery(found.sha256, found.table, endless)), Soon())


def test_damaged_tables_are_no_answer_and_are_made_anew(tmp_path: Path):
    with sheet_library(tmp_path, {"costs.csv": "Site,Item,Cost\nKranj,x,10\nGraz,y,20\n"}) as library:
        (file,) = open_paths(tmp_path / "home").sheets.iterdir()
        file.write_bytes(b"not a database at all" * 300)
        assert isinstance(answer(library, "What is the total cost in Kranj?"), SearchStep)
        assert not file.exists()


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("How many orders are open?", Operation.COUNT),
        ("What is the average price per site?", Operation.AVERAGE),
        ("Which pump is the cheapest?", Operation.SMALLEST),
        ("When was the latest delivery?", Operation.LARGEST),
        ("What is the price of CP 40?", None),
        ("Durchschnittspreis der Schrauben?", Operation.AVERAGE),
        ("Wie viele verschiedene Lieferanten gibt es?", Operation.DIFFERENT),
    ],
)
def test_what_is_done_is_told_by_the_words(question: str, operation: Operation | None):
    parts = sheet_question(question)
    assert parts is not None
    assert parts.operation is operation


def test_periods_and_bounds():
    parts = sheet_question("total cost between 1 January and 29 February 2024 of orders over 1,500 EUR")
    assert parts is not None
    dates, money = parts.comparisons
    assert (dates.low, dates.high) == ("2024-01-01", "2024-02-29")
    assert (money.low, money.high, money.strict, money.unit) == (1500.0, None, True, "EUR")


@pytest.mark.parametrize(
    "question",
    [
        "What is the total cost from January to March 2024?",
        "What is the total cost from 1 January 2024 through 31 March 2024?",
        "What is the total cost January – March 2024?",
        "Wie hoch sind die gesamten Kosten von Januar bis März 2024?",
        "Wie hoch sind die gesamten Kosten vom 1. Januar bis zum 31. März 2024?",
        "Wie hoch sind die gesamten Kosten Januar bis März 2024?",
        "Koliko znaša skupni znesek od januarja do marca 2024?",
        "Koliko znaša skupni znesek med januarjem in marcem 2024?",
        "Яка загальна вартість між січнем і березнем 2024?",
        "Ποιο είναι το συνολικό κόστος από τον Ιανουάριο έως τον Μάρτιο 2024;",
        "Ποιο είναι το συνολικό κόστος από Ιανουάριο μέχρι και Μάρτιο 2024;",
        "Яка загальна вартість від січня до березня 2024?",
        "Яка загальна вартість із січня по березень 2024?",
        "Care este costul total de la ianuarie la martie 2024?",
        "Care este costul total din ianuarie până în martie 2024?",
        "Vad är den totala kostnaden från januari till mars 2024?",
        "Vad är den totala kostnaden från den 1 januari till och med den 31 mars 2024?",
        "Wie hoch sind die gesamten Kosten im Januar, Februar und im März 2024?",
        "Koliko znaša skupni znesek v januarju, februarju in marcu 2024?",
        "Яка загальна вартість у січні, лютому та березні 2024?",
        "Care este costul total în ianuarie, februarie și martie 2024?",
        "Vad är den totala kostnaden i januari, februari och i mars 2024?",
        "Ποιο είναι το συνολικό κόστος τον Ιανουάριο, τον Φεβρουάριο και τον Μάρτιο 2024;",
    ],
)
def test_two_periods_are_the_bounds_of_one(question: str):
    parts = sheet_question(question)
    assert parts is not None
    (period,) = parts.comparisons
    assert (period.low, period.high, period.strict) == ("2024-01-01", "2024-03-31", False)


@pytest.mark.parametrize(
    "question",
    [
        "Which parcels weigh from 5 to 10 kg?",
        "Which parcels weigh 5-10 kg?",
        "Which parcels weigh 5 kg to 10 kg?",
        "Welche Pakete wiegen von 5 bis 10 kg?",
        "Kateri paketi tehtajo od 5 do 10 kg?",
        "Ποια δέματα ζυγίζουν από 5 έως 10 kg;",
        "Які посилки важать від 5 до 10 кг?",
        "Care colete au de la 5 până la 10 kg?",
        "Vilka paket väger från 5 till 10 kg?",
    ],
)
def test_two_numbers_are_the_bounds_of_one_range(question: str):
    parts = sheet_question(question)
    assert parts is not None
    (weight,) = parts.comparisons
    assert (weight.low, weight.high, weight.strict) == (5.0, 10.0, False)
    assert weight.unit in ("kg", "кг")


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("Which parcels weigh from 1950 to 2050 kg?", 1950.0, 2050.0),
        ("Which parcels weigh between 1950 and 2050 kg?", 1950.0, 2050.0),
        ("Kateri paketi tehtajo od 1000 do 2000 kg?", 1000.0, 2000.0),
        ("Welche Pakete wiegen 2000 bis 3000 kg?", 2000.0, 3000.0),
    ],
)
def test_bounds_that_look_like_years_are_numbers(question: str, low: float, high: float):
    parts = sheet_question(question)
    assert parts is not None
    assert [(each.low, each.high, each.is_date) for each in parts.comparisons] == [(low, high, False)]


def test_bounds_of_two_units_are_told_in_the_first():
    parts = sheet_question("Which parcels weigh between 500 g and 2 kg?")
    assert parts is not None
    assert [(each.low, each.high, each.unit) for each in parts.comparisons] == [(500.0, 2000.0, "g")]


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("What is the total cost from 2020 to 2022?", "2020-01-01", "2022-12-31"),
        ("What is the total cost 2020–2022?", "2020-01-01", "2022-12-31"),
        ("What is the total cost after 2024-05-31?", "2024-05-31", None),
    ],
)
def test_years_and_whole_dates_are_bounds(question: str, low: str, high: str | None):
    parts = sheet_question(question)
    assert parts is not None
    assert [(each.low, each.high) for each in parts.comparisons] == [(low, high)]
