"""Which column of a sheet a question means: the one it names, and no other one where that cannot be calculated with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from phi3desk.chat.decision import sheet_step
from phi3desk.library.library import Library
from tests.helpers.sheet_library import sheet_library
from tests.unit.chat.test_sheet_answers import asked, told_of

SHEETS = {
    "staff.csv": "First name,Last name,Born,Salary (EUR)\nAna,Novak,1980-05-01,2000\nBor,Kos,1975-06-02,3000\n"
    "Cene,Zupan,1990-01-03,2500\n",
    "mitarbeiter.csv": "Erster Vorname;Letzter Ort;Geboren\nAnna;Graz;01.05.1980\nBen;Linz;02.06.1975\n",
    "members.csv": "Member,Age,Joined\nAnn,17,2019-05-01\nBob,18,2020-05-01\nCid,19,2021-05-01\nDan,65,2022-05-01\n",
    "club.csv": "Member,Fee (EUR),Joined\nAnn,17,2019-05-01\nBob,18,2020-05-01\n",
    "mitglieder.csv": "Mitglied;Alter;Eintritt\nAnna;17;01.05.2019\nBen;65;01.05.2022\n",
    "clani.csv": "Član;Starost;Vstop\nAna;17;1. 5. 2019\nBor;65;1. 5. 2022\n",
    "medlemmar.csv": "Medlem;Ålder;Inträde\nEva;17;2019-05-01\nBo;65;2022-05-01\n",
    "chleny.csv": "Учасник;Вік;Вступ\nАнна;17;01.05.2019\nІван;65;01.05.2022\n",
    "pumps.csv": "Pump,Power (kW),Installed\nCP 1,5,2019-05-01\nCP 2,6,2020-05-01\n",
    "orders.csv": "Order,Customer,Value (EUR),Date\nO-1,Novak,10,2024-01-05\nO-2,Novak,10,2024-02-05\n"
    "O-3,Novak,10,2024-03-05\nO-4,Kos,500,2024-04-05\n",
    "sales.csv": "Region,Month,Sales (EUR)\nNorth,January 2024,10\nNorth,February 2024,20\nSouth,January 2024,30\n"
    "South,March 2024,40\n",
    "narocila.csv": "Naročilo;Stranka;Znesek (EUR)\nA-1;Novak;50\nA-2;Kos;500\nA-3;Kos;500\n",
    "ratings.csv": "Product,Rating,Reviews\nPhone,4.5,1200\nTablet,3.9,800\nLaptop,4.8*,950\nWatch,4.1,40\n",
    "tickets.csv": "Ticket,Agent,Opened,Minutes,Priority\nT-1,Ann,2024-01-01,5,high\nT-2,Ann,2024-02-01,6,low\n"
    "T-3,Bob,2024-03-01,700,low\n",
    "pressures.csv": "Pump,Pressure,Flow\nA,5 bar,10\nB,3 kg,20\nC,2 m,30\n",
    "prodaja.csv": "Mesec;Regija;Znesek (EUR)\njanuar;Sever;10\nfebruar;Jug;40\n",
    "umsatz.csv": "Region;Monat;Umsatz (EUR)\nNord;Januar;10\nSüd;Februar;40\n",
    "plants.csv": "Plant,Year,Repairs\nA,2023,10\nB,2023,20\nC,2024,5\n",
    "bolts.csv": "Box,Diameter,Bolts\nA,2.5,10\nB,2.5,20\nC,3,5\n",
    "rooms.csv": "Room,Area (m²)\n10A,20\n11B,30\n12C,25\n14D,12\n",
    "hotels.csv": "Hotel,Category,Beds\nAdler,3*,20\nBar,4*,30\nCor,4*,40\nDom,5*,10\n",
    "costs.csv": "Plant,Cost per year,Repairs\nA,1000,10\nB,2024,20\nC,2500000,5\n",
    "both.csv": "Plant,Year,Cost per year,Repairs\nA,2023,1000,10\nB,2024,2024,5\n",
    "classes.csv": "Class,Year,Pupils\n1a,2022/23,20\n1b,2023/24,22\n1c,2024/25,24\n",
    "weeks.csv": "Ticket,Week,Hours\nT-1,2024-W05,3\nT-2,2024-W05,4\nT-3,2024-W06,5\n",
    "auftraege.csv": "Auftrag;Kunde;Wert EUR\nA-1;Novak;5\nA-2;Novak;6\nA-3;Lenz;70\n",
    "versions.csv": "Version,Bugs\n1.1,3\n1.2,8\n1.3,5\n",
    "versionen.csv": "Version;Fehler\n1,1;3\n1,2;8\n1,3;5\n",
    "razlicice.csv": "Različica;Napake\n1,1;3\n1,2;8\n1,3;5\n",
    "ekdoseis.csv": "Έκδοση;Σφάλματα\n1,1;3\n1,2;8\n1,3;5\n",
    "versii.csv": "Версія;Помилки\n1,1;3\n1,2;8\n1,3;5\n",
    "versiuni.csv": "Versiune;Erori\n1,1;3\n1,2;8\n1,3;5\n",
    "utgavor.csv": "Utgåva;Fel\n1,1;3\n1,2;8\n1,3;5\n",
    "harvest.csv": "Field,Year,Yield (t)\nA,2022,5\nB,2022,4\nA,2023,6\nB,2023,1\n",
    "rows3.csv": "Level,Flow,Bugs\n1.5,2,3\n2.5,1,8\n",
    "weights.csv": "Plant,Weight (kg)\nA,10\nB,20\n",
    "teze.csv": "Obrat;Teža (kg)\nSever;10\nJug;20\n",
    "vikter.csv": "Anläggning;Vikt (kg)\nNord;10\nSyd;20\n",
    "bills.csv": "Supplier,Invoiced (EUR)\nKos,10\nNovak,20\n",
    "shop.csv": "Item,Colour,Year,Cost (EUR)\nPen,blue,2023,2\nCup,red,2023,5\nLamp,blue,2024,40\n",
    "plain.csv": "Project,Amount (kg),Cost (EUR),Entries\nA,10,5,3\nB,20,6,4\n",
    "laden.csv": "Artikel;Jahr;Kosten (EUR);Menge\nStift;2023;2;10\nTasse;2023;5;20\nLampe;2024;40;30\n",
    "konto.csv": "Buchung;Soll (EUR);Haben (EUR)\nB1;5;10\nB2;6;20\n",
    "trgovina.csv": "Artikel;Leto;Vrednost (EUR)\nPero;2023;2\nLonec;2023;5\nLuč;2024;40\n",
    "magazi.csv": "Είδος;Έτος;Τιμές (€)\nΣτυλό;2023;2\nΠοτήρι;2023;5\nΛάμπα;2024;40\n",
    "kramnytsia.csv": "Товар;Рік;Значення (грн)\nРучка;2023;2\nЧашка;2023;5\nЛампа;2024;40\n",
    "magazin.csv": "Articol;An;Cost (lei)\nStilou;2023;2\nCană;2023;5\nLampă;2024;40\n",
    "butik.csv": "Artikel;År;Värde (kr)\nPenna;2023;2\nKopp;2023;5\nLampa;2024;40\n",
}


def write_merged(folder: Path) -> None:
    """Write a sheet whose speeds are merged over rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (("Machine", "Speed (rpm)", "Power (kW)"), ("CP 1", 2900, 10), ("CP 2", None, 20), ("CP 3", 1450, 30)):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    book.save(folder / "speeds.xlsx")
    noted = openpyxl.Workbook()
    sheet = noted.active
    for row in (("Fan", "Speed (rpm)", "Power (kW)"), ("F 1", 2900, 10), ("F 2", "broken", None), ("F 3", 1450, 30)):
        sheet.append(row)
    for row in range(4, 9):
        sheet.append((f"F {row}", 1000 + row, row))
    sheet.merge_cells("B3:C3")
    noted.save(folder / "fans.xlsx")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with sheet_library(tmp_path_factory.mktemp("columns"), SHEETS, write_merged) as made:
        yield made


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("staff.csv", "What is the first name of Novak?", "“First name” (Last name = Novak): Ana."),
        ("staff.csv", "What is the last name of Ana?", "“Last name” (First name = Ana): Novak."),
        ("staff.csv", "Which employee has the first name Bor?", "Rows that fit (First name = Bor): 1."),
        ("mitarbeiter.csv", "Was ist der letzte Ort von Ben?", "“Letzter Ort” (Erster Vorname = Ben): Linz."),
        ("orders.csv", "What was the last order of Novak?", "Latest “Date” (Customer = Novak): 5 March 2024, O-3."),
        ("orders.csv", "When was the first order?", "Earliest “Date”: 5 January 2024, O-1."),
    ],
)
def test_first_and_last_may_be_part_of_a_name(library: Library, document: str, question: str, told: str):
    assert told_of(library, document, question).startswith(told)


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("members.csv", "Which member is the oldest?", "Largest “Age”: 65, Dan."),
        ("mitglieder.csv", "Welches Mitglied ist am ältesten?", "Größter Wert von „Alter“: 65, Ben."),
        ("mitglieder.csv", "Wer ist das jüngste Mitglied?", "Kleinster Wert von „Alter“: 17, Anna."),
        ("clani.csv", "Kateri član je najstarejši?", "Največja vrednost v »Starost«: 65, Bor."),
        ("medlemmar.csv", "Vilken medlem är äldst?", "Största värdet i ”Ålder”: 65, Bo."),
        ("members.csv", "Which member joined first?", "Earliest “Joined”: 1 May 2019, Ann."),
        ("pumps.csv", "Which pump is the oldest?", "Earliest “Installed”: 1 May 2019, CP 1."),
    ],
)
def test_the_oldest_is_told_by_its_age(library: Library, document: str, question: str, told: str):
    assert told_of(library, document, question).startswith(told)


def test_the_oldest_is_not_who_joined_first(library: Library):
    assert told_of(library, "club.csv", "Which member is the oldest?") == ""


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("orders.csv", "Which customer has the highest value?", "500 EUR, Kos"),
        ("orders.csv", "Which order has the highest value?", "500 EUR, O-4"),
        ("sales.csv", "Which region has the highest sales?", "40 EUR, South"),
        ("sales.csv", "What are the highest sales?", "40 EUR, South"),
        ("narocila.csv", "Katera stranka ima najvišji znesek?", "500 EUR, Kos."),
        ("auftraege.csv", "Welcher Kunde hat den höchsten Wert?", "70 EUR, Lenz"),
    ],
)
def test_which_is_told_by_the_column_that_was_asked_for(library, document, question, told):
    assert told in told_of(library, document, question).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("ratings.csv", "What is the average rating?", "Average of “Rating”: 4.325."),
        ("ratings.csv", "Which product has the highest rating?", "Largest “Rating”: 4.8, Laptop."),
        ("ratings.csv", "What is the rating of the laptop?", "“Rating” (Product = Laptop): 4.8*."),
        # its figures cannot be made numbers of one unit
        ("pressures.csv", "What is the average pressure?", ""),
        ("pressures.csv", "What is the highest pressure?", ""),
        ("pressures.csv", "Which pump has the highest pressure?", ""),
        # such names are no figures
        ("rooms.csv", "What is the average area of the rooms?", "Average of “Area”: 21.75 m²."),
        ("rooms.csv", "How many rooms are there?", "Number of rows: 4."),
        ("hotels.csv", "How many beds do the 4* hotels have?", "Sum of “Beds” (Category = 4*): 70."),
    ],
)
def test_the_mean_of_a_column_is_not_that_of_another_one(library: Library, document: str, question: str, told: str):
    text = told_of(library, document, question)
    assert text.startswith(told)
    assert bool(told) == bool(text)


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("sales.csv", "Which month had the highest sales?", "40 EUR, March 2024."),
        ("prodaja.csv", "Kateri mesec je imel najvišji znesek?", "40 EUR, februar."),
        ("umsatz.csv", "Welcher Monat hatte den höchsten Umsatz?", "40 EUR, Februar."),
        ("sales.csv", "Which region had the highest sales?", "40 EUR, South."),
        ("sales.csv", "Which month in 2024 had the highest sales?", "40 EUR, March 2024."),
    ],
)
def test_which_month_is_told_by_the_column_of_months(library: Library, document: str, question: str, told: str):
    assert told in told_of(library, document, question).replace("\u00a0", " ")


def test_the_month_with_the_most_is_not_that_of_the_largest_row(library: Library):
    assert told_of(library, "sales.csv", "Which month had the most sales?") == ""


def test_years_have_no_thousands(library: Library):
    assert told_of(library, "plants.csv", "What is the sum of the repairs per year?").endswith("- 2023: 30\n- 2024: 5")
    told = told_of(library, "plants.csv", "What is the sum of the repairs in 2024?")
    assert told == "Sum of “Repairs” (Year = 2024): 5. [1]"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the sum of the repairs since 2024?", "Sum of “Repairs” (Year ≥ 2024): 5."),
        ("What is the sum of the repairs from 2023 on?", "Sum of “Repairs” (Year ≥ 2023): 35."),
        ("What is the sum of the repairs after 2023?", "Sum of “Repairs” (Year > 2023): 5."),
        ("What is the sum of the repairs before 2024?", "Sum of “Repairs” (Year < 2024): 30."),
        ("What is the sum of the repairs until 2023?", "Sum of “Repairs” (Year ≤ 2023): 30."),
        ("What is the sum of the repairs since May 2023?", ""),
        ("What is the sum of the repairs before May 2024?", ""),
        ("What is the sum of the repairs after 1 January 2024?", ""),
    ],
)
def test_a_span_of_years_may_be_open(library: Library, question: str, told: str):
    text = told_of(library, "plants.csv", question)
    assert text.startswith(told) and bool(text) == bool(told)


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("costs.csv", "What is the sum of the repairs in 2024?", ""),
        ("both.csv", "What is the sum of the repairs in 2024?", "Sum of “Repairs” (Year = 2024): 5. [1]"),
        ("classes.csv", "How many classes were there in 2024?", ""),
    ],
)
def test_what_something_costs_per_year_is_no_year(library: Library, document: str, question: str, told: str):
    assert told_of(library, document, question) == told


def test_groups_of_numbers_keep_their_decimals_and_days_are_dates(library: Library):
    told = told_of(library, "bolts.csv", "What is the sum of the bolts per diameter?")
    assert told.endswith("\n\n- 2.5: 30\n- 3: 5")
    told = told_of(library, "weeks.csv", "What is the sum of the hours per week?")
    assert told.endswith("\n\n- 2024-W05: 7\n- 2024-W06: 5")
    assert told_of(library, "sales.csv", "What is the sum of the sales per month?").endswith("- 1 March 2024: 40 EUR")


@pytest.mark.parametrize(
    "question",
    [
        "How many machines run above 1000 rpm?",
        "Which machines have a speed of 2900 rpm?",
        "Which machine has the highest speed?",
        "What is the sum of the power per speed?",
        "What is the total per speed?",
        "How many machines are there per speed?",
    ],
)
def test_numbers_merged_over_rows_are_no_condition(library: Library, question: str):
    """They stand in the first of their rows alone, so that the others would be left out."""
    assert told_of(library, "speeds.xlsx", question) == ""


def test_a_note_merged_over_columns_of_numbers_does_not_hinder(library: Library):
    assert told_of(library, "fans.xlsx", "How many fans have a power above 8 kW?").startswith("Number of rows")


def test_a_number_merged_over_rows_is_told_of_each(library: Library):
    assert told_of(library, "speeds.xlsx", "What is the speed of CP 2?") == "“Speed” (Machine = CP 2): 2900 rpm. [1]"


def test_another_table_that_fits_as_well_is_told(tmp_path: Path):
    def write_quarters(folder: Path) -> None:
        book = openpyxl.Workbook()
        for number, name in enumerate(("Alpha", "Beta", "Gamma"), 1):
            sheet = book.create_sheet(name)
            for row in (("Plant", "Visits"), ("Kranj", 10 * number), ("Graz", 5)):
                sheet.append(row)
        del book["Sheet"]
        book.save(folder / "visits.xlsx")

    with sheet_library(tmp_path, {}, write_quarters) as made:
        told = told_of(made, "visits.xlsx", "What is the sum of the visits?")
        assert told.startswith("Sum of “Visits”: 15.")
        assert told.endswith("not counted: Beta, visits.xlsx; Gamma, visits.xlsx.")
        named = told_of(made, "visits.xlsx", "What is the sum of the visits in Beta?")
        assert named == "Sum of “Visits”: 25. [1]"


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("shop.csv", "total cost", "Sum of “Cost”: 47 EUR."),
        ("shop.csv", "What is the total cost?", "Sum of “Cost”: 47 EUR."),
        ("shop.csv", "What are the total costs?", "Sum of “Cost”: 47 EUR."),
        ("shop.csv", "What is the average cost?", "Average of “Cost”: 15.67 EUR."),
        ("shop.csv", "Which item has the highest cost?", "Largest “Cost”: 40 EUR, Lamp."),
        ("shop.csv", "total cost in 2023", "Sum of “Cost” (Year = 2023): 7 EUR."),
        ("shop.csv", "sum of cost per year", "Sum of “Cost”, for each “Year”:"),
        ("plain.csv", "What is the total cost?", "Sum of “Cost”: 11 EUR."),
        ("plain.csv", "What is the total amount?", "Sum of “Amount”: 30 kg."),
        ("plain.csv", "What is the total cost of project B?", "Sum of “Cost” (Project = B): 6 EUR."),
        ("laden.csv", "Wie hoch sind die Kosten insgesamt?", "Summe von „Kosten“: 47 EUR."),
        ("laden.csv", "Summe der Kosten pro Jahr", "Summe von „Kosten“, für jeden Wert von „Jahr“:"),
        ("bills.csv", "How much did we spend at Kos in total?", "Sum of “Invoiced” (Supplier = Kos): 10 EUR."),
        ("weights.csv", "What is the total weight that we paid for?", "Sum of “Weight”: 30 kg."),
        ("konto.csv", "Was ist die Summe Haben?", "Summe von „Haben“: 30 EUR."),
        ("trgovina.csv", "Kakšna je skupna vrednost?", "Vsota stolpca »Vrednost«: 47 EUR."),
        ("magazi.csv", "Ποιο είναι το σύνολο των τιμών;", "Άθροισμα της στήλης «Τιμές»: 47 €."),
        ("kramnytsia.csv", "Яка сума значень?", "Сума стовпця «Значення»: 47 грн."),
        ("magazin.csv", "Care este costul total?", "Suma coloanei „Cost”: 47 lei."),
        ("magazin.csv", "suma costurilor pe an", "Suma coloanei „Cost”, pentru fiecare valoare din „An”:"),
        ("butik.csv", "Vad är det totala värdet?", "Summan av ”Värde”: 47 kr."),
    ],
)
def test_a_column_may_be_called_by_a_word_of_no_meaning(library: Library, document: str, question: str, told: str):
    assert told_of(library, document, question).replace("\u00a0", " ").startswith(told)


@pytest.mark.parametrize(
    ("document", "question"),
    [
        ("weights.csv", "How much did we spend on plant A in total?"),
        ("weights.csv", "What did plant A cost in total?"),
        ("weights.csv", "What is the total cost of plant A?"),
        ("weights.csv", "What is the average cost of plant A?"),
        ("weights.csv", "Was hat plant A insgesamt gekostet?"),
        ("weights.csv", "Wie hoch sind die gesamten Kosten von plant A?"),
        ("teze.csv", "Koliko skupaj stane obrat Sever?"),
        ("vikter.csv", "Hur mycket kostade anläggning Nord totalt?"),
        ("plain.csv", "How much is the total amount paid?"),
        ("shop.csv", "What is the total?"),
        ("shop.csv", "What is the total amount?"),
        ("shop.csv", "What is the total cost of a stop?"),
        ("shop.csv", "What is the total cost per month?"),
        ("plain.csv", "What is the total amount of the costs?"),
        ("konto.csv", "Wie viel haben wir zusammen?"),
        ("both.csv", "sum of cost per year"),
        ("pumps.csv", "total cost"),
        ("trgovina.csv", "Kakšen je skupni znesek?"),
    ],
)
def test_no_column_is_taken_for_another_one_that_is_not_there(library: Library, document: str, question: str):
    assert sheet_step(asked(question)) is None or not told_of(library, document, question)


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("versions.csv", "Which version has the highest bugs?", "Largest “Bugs”: 8, 1.2."),
        ("versions.csv", "Which version has the fewest bugs?", "Smallest “Bugs”: 3, 1.1."),
        ("versionen.csv", "Welche Version hat die höchsten Fehler?", "Größter Wert von „Fehler“: 8, 1,2."),
        ("razlicice.csv", "Katera različica ima najvišje napake?", "Največja vrednost v »Napake«: 8, 1,2."),
        ("ekdoseis.csv", "Ποια έκδοση έχει τα υψηλότερα σφάλματα;", "Μεγαλύτερη τιμή στη στήλη «Σφάλματα»: 8, 1,2."),
        ("versii.csv", "Яка версія має найбільші помилки?", "Найбільше значення у «Помилки»: 8, 1,2."),
        ("versiuni.csv", "Care versiune are cele mai mari erori?", "Cea mai mare valoare din „Erori”: 8, 1,2."),
        ("utgavor.csv", "Vilken utgåva har högst fel?", "Största värdet i ”Fel”: 8, 1,2."),
        ("harvest.csv", "Which year has the highest yield?", "Largest “Yield”: 6 t, 2023."),
        ("harvest.csv", "Which field has the highest yield?", "Largest “Yield”: 6 t, A."),
        ("versions.csv", "What is the highest version?", "Largest “Version”: 1.3."),
        ("versions.csv", "Which version is the highest?", "Largest “Version”: 1.3."),
    ],
)
def test_which_is_told_by_a_column_of_numbers_too(library: Library, document: str, question: str, told: str):
    assert told_of(library, document, question).startswith(told)


def test_the_number_with_the_most_is_that_of_all_its_rows(library: Library):
    told = told_of(library, "versions.csv", "Which version has the most bugs?")
    assert told.startswith("Sum of “Bugs”, for each “Version”:") and "\n\n- 1.2: 8\n- 1.3: 5" in told
    told = told_of(library, "harvest.csv", "Which year had the most yield?")
    assert told.startswith("Sum of “Yield”, for each “Year”:") and "\n\n- 2022: 9 t\n- 2023: 7 t" in told


@pytest.mark.parametrize(
    "question",
    [
        "What is the highest level of flow and bugs?",
        "Which flow has the highest level and bugs?",
        "What are the total level and bugs?",
        "Which has the highest level of bugs?",
    ],
)
def test_no_figure_where_two_columns_of_numbers_may_be_meant(library: Library, question: str):
    assert not told_of(library, "rows3.csv", question)
