"""What names rows and columns in questions to sheets: names that begin like words of no meaning, numbers, counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from phi3desk.library.library import Library
from tests.helpers.sheet_library import sheet_library
from tests.unit.chat.test_sheet_answers import told_of

SHEETS = {
    "rooms.csv": "Room,Type,Price (EUR)\nR1,Standard,50\nR2,Deluxe,500\nR3,Standard,70\nR4,Suite,900\n",
    "narocila.csv": "Naročilo;Stranka;Znesek (EUR)\nA-1;Novak d.o.o.;50\nA-2;Kos;500\nA-3;Starič;20\n",
    "zam.csv": "Замовлення;Клієнт;Сума (грн)\nA-501;Новак;50\nA-502;Кос;500\nA-503;Новак;20\n",
    "anst.csv": "Anställd;Ort;Inkomst (kr)\nEva;Nyköping;10\nBo;Lund;20\nAli;Högsby;30\n",
    "mit.csv": "Mitarbeiter;Ort;Gehalt (EUR)\nAnna;Wertheim;10\nBen;Lagos;20\nCid;Neustadt;30\n",
    "staff.csv": "Employee,Town,Salary (EUR)\nRowland,Graz,10\nBen,Costa,20\nAnn,Standish,40\n",
    "comenzi.csv": "Comandă;Oraș;Valoare (lei)\nC1;Costești;50\nC2;Cluj;500\nC3;Iași;20\n",
    "par.csv": "Παραγγελία;Πόλη;Ποσό (€)\nP1;Γραμματικό;50\nP2;Πάτρα;500\n",
    "rech.csv": "Rechnung;Kunde;Betrag (EUR);Datum\n1001;Novak;50;01.02.2024\n1002;Kos;500;01.03.2024\n"
    "1003;Novak;20;05.03.2024\n",
    "invoices.csv": "Invoice,Customer,Amount ($)\n1002,Kos,500\n1001,Novak,50\n1005,Novak,20\n",
    "seats.csv": "Room,Floor,Area (m²),Seats\n101,1,20,4\n102,1,30,8\n201,2,25,6\n",
    "racuni.csv": "Račun;Stranka;Znesek (EUR)\n501;Novak;50\n502;Kos;500\n503;Novak;20\n",
    "best.csv": "Beställning;Kund;Belopp (kr)\n501;Novak;50\n502;Kos;500\n503;Novak;20\n",
    "climate.csv": "Temperature,Pressure\n10,3\n20,4\n30,5\n",
    "lager.csv": "Artikel;Lager;Anzahl\nSchraube M4;Graz;500\nMutter M4;Graz;300\nBlech;Linz;20\n",
    "lagret.csv": "Vara;Ort;Antal\nSkruv;Malmö;500\nMutter;Malmö;300\nSpik;Lund;20\n",
    "zaloga.csv": "Artikel;Skladišče;Število\nVijak;Kranj;500\nMatica;Kranj;300\nPločevina;Celje;20\n",
    "sklad.csv": "Товар;Місто;Кількість\nБолт;Київ;500\nГайка;Київ;300\nШайба;Львів;20\n",
    "posa.csv": "Προϊόν;Πόλη;Ποσό\nΛάδι;Αθήνα;500\nΤυρί;Πάτρα;300\n",
    "monthly.csv": "Month,Sales (EUR)\nJanuary,10\nFebruary,20\nJanuary,30\n",
    "prodaja.csv": "Mesec;Prodaja (EUR)\njanuar;10\nfebruar;20\njanuar;30\n",
    "jahre.csv": "Auftrag;Kunde;Jahr\nA1;Novak;2023\nA2;Kos;2024\nA3;Lenz;2024\n",
    "inkomster.csv": "Månad;Inkomst (kr)\njanuari;10\nfebruari;20\njanuari;30\n",
    "pakete.csv": "Stücke;Artikel\n5;Mutter\n9;Schraube\n7;Blech\n",
    "hosts.csv": "Host,Address,Memory (GB)\nalpha,10.0.0.1,8\nbeta,10.0.0.2,16\ngamma,10.0.0.20,32\n",
    "releases.csv": "Release,Bugs\n1.0,3\n1.1,8\n1.1.1,5\n2.0.0,6\n",
    "prostori.csv": "Prostor;Površina (m²)\n10A;20\n11B;30\n112C;25\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with sheet_library(tmp_path_factory.mktemp("names"), SHEETS) as made:
        yield made


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("rooms.csv", "How many Standard rooms are there?", "Number of rows (Type = Standard): 2."),
        ("rooms.csv", "How many rooms are standard?", "Number of rows (Type = Standard): 2."),
        ("rooms.csv", "What is the average price of standard rooms?", "Average of “Price” (Type = Standard): 60 EUR."),
        ("staff.csv", "What is the total salary in Costa?", "Sum of “Salary” (Town = Costa): 20 EUR."),
        ("staff.csv", "What is the total salary of Rowland?", "Sum of “Salary” (Employee = Rowland): 10 EUR."),
        ("narocila.csv", "Koliko naročil ima Novak?", "Število vrstic (Stranka = Novak d.o.o.): 1."),
        ("zam.csv", "Скільки замовлень у Новака?", "Кількість рядків (Клієнт = Новак): 2."),
        ("zam.csv", "скільки замовлень має новак?", "Кількість рядків (Клієнт = Новак): 2."),
        ("anst.csv", "Hur många anställda finns i Nyköping?", "Antal rader (Ort = Nyköping): 1."),
        ("mit.csv", "Wie viele Mitarbeiter sind in Wertheim?", "Anzahl der Zeilen (Ort = Wertheim): 1."),
        ("comenzi.csv", "Câte comenzi sunt din Costești?", "Numărul de rânduri (Oraș = Costești): 1."),
        ("par.csv", "Πόσες παραγγελίες υπάρχουν στο Γραμματικό;", "Αριθμός γραμμών (Πόλη = Γραμματικό): 1."),
    ],
)
def test_a_name_that_begins_as_a_word_of_no_meaning_is_a_condition(
    library: Library, document: str, question: str, told: str
):
    assert told_of(library, document, question).startswith(told)


@pytest.mark.parametrize(
    ("document", "question"),
    [
        ("narocila.csv", "Koliko naročil ima Novotny?"),
        ("zam.csv", "Скільки замовлень у Великого?"),
        ("anst.csv", "Hur många anställda finns i Nynäshamn?"),
        ("mit.csv", "Wie viele Mitarbeiter sind in Wertingen?"),
        ("staff.csv", "How many employees are in Rowville?"),
    ],
)
def test_rows_are_not_counted_where_such_a_name_is_not_in_the_table(library: Library, document: str, question: str):
    assert not told_of(library, document, question)


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("staff.csv", "How much does Graz cost in total salary?", "Sum of “Salary” (Town = Graz): 10 EUR."),
        ("rooms.csv", "How many rooms does the list stand for?", "Number of rows: 4."),
        ("rooms.csv", "What is the total price of all records?", "Sum of “Price”: 1,520 EUR."),
    ],
)
def test_a_form_of_a_word_of_no_meaning_is_none(library: Library, document: str, question: str, told: str):
    assert told_of(library, document, question).startswith(told)


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("rech.csv", "Wie viele Rechnungen gibt es?", "Anzahl der Zeilen: 3."),
        ("rech.csv", "Wie viele Rechnungen hat Novak?", "Anzahl der Zeilen (Kunde = Novak): 2."),
        ("rech.csv", "Wie hoch ist der Gesamtbetrag aller Rechnungen?", "Summe von „Betrag“: 570 EUR."),
        ("rech.csv", "Welche Rechnung hat den höchsten Betrag?", "Größter Wert von „Betrag“: 500 EUR"),
        ("invoices.csv", "How many invoices are there?", "Number of rows: 3."),
        ("invoices.csv", "What is the total amount of all invoices?", "Sum of “Amount”: $570."),
        ("seats.csv", "How many rooms are there on floor 1?", "Number of rows (Floor = 1): 2."),
        ("seats.csv", "How many seats are there?", "Sum of “Seats”: 18."),
        ("racuni.csv", "Koliko računov je?", "Število vrstic: 3."),
        ("best.csv", "Hur många beställningar har Novak?", "Antal rader (Kund = Novak): 2."),
        ("climate.csv", "What is the highest temperature?", "Largest “Temperature”: 30"),
        ("pakete.csv", "Wie viele Stücke gibt es?", "Summe von „Stücke“: 21."),
    ],
)
def test_numbers_that_name_the_rows_are_counted_and_never_summed(
    library: Library, document: str, question: str, told: str
):
    assert told_of(library, document, question).startswith(told)


@pytest.mark.parametrize(
    ("document", "question"),
    [
        ("rech.csv", "Was ist die Summe der Rechnungen von Novak?"),
        ("invoices.csv", "What is the largest invoice?"),
        ("best.csv", "Vilken är den största beställningen?"),
    ],
)
def test_numbers_that_name_the_rows_are_no_figures(library: Library, document: str, question: str):
    assert not told_of(library, document, question)


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("lager.csv", "Wie groß ist die Anzahl der Schrauben?", "Summe von „Anzahl“ (Artikel = Schraube M4): 500."),
        ("lager.csv", "Wie hoch ist die gesamte Anzahl in Graz?", "Summe von „Anzahl“ (Lager = Graz): 800."),
        ("lager.csv", "Welcher Artikel hat die größte Anzahl?", "Größter Wert von „Anzahl“: 500, Schraube M4."),
        ("lager.csv", "Wie viele Artikel gibt es in Graz?", "Anzahl der Zeilen (Lager = Graz): 2."),
        ("lagret.csv", "Vad är det totala antalet i Malmö?", "Summan av ”Antal” (Ort = Malmö): 800."),
        ("lagret.csv", "Vilket är antalet skruv?", "Summan av ”Antal” (Vara = Skruv): 500."),
        ("zaloga.csv", "Kakšno je število vijakov?", "Vsota stolpca »Število« (Artikel = Vijak): 500."),
        ("sklad.csv", "Яка кількість болтів?", "Сума стовпця «Кількість» (Товар = Болт): 500."),
        ("posa.csv", "Πόσα προϊόντα υπάρχουν στην Αθήνα;", "Αριθμός γραμμών (Πόλη = Αθήνα): 1."),
    ],
)
def test_a_column_may_be_called_by_a_word_that_counts(library: Library, document: str, question: str, told: str):
    assert told_of(library, document, question).startswith(told)


@pytest.mark.parametrize(
    ("document", "question"),
    [
        ("lager.csv", "Wie groß ist die Anzahl der Artikel?"),
        ("lager.csv", "Wie groß ist die Anzahl der Kunden in Graz?"),
        ("rech.csv", "Welcher Kunde hat die größte Anzahl Rechnungen?"),
    ],
)
def test_rows_are_not_counted_where_a_column_may_be_meant(library: Library, document: str, question: str):
    assert not told_of(library, document, question)


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("monthly.csv", "total sales per month", "Sum of “Sales”, for each “Month”:"),
        ("monthly.csv", "What are the average sales for each month?", "Average of “Sales”, for each “Month”:"),
        ("prodaja.csv", "Skupna prodaja za vsak mesec", "Vsota stolpca »Prodaja«, za vsako vrednost v »Mesec«:"),
        ("jahre.csv", "Wie viele Aufträge pro Jahr?", "Anzahl der Zeilen, für jeden Wert von „Jahr“:"),
        ("inkomster.csv", "total inkomst per månad", "Summan av ”Inkomst”, för varje värde i ”Månad”:"),
        ("inkomster.csv", "total inkomst under varje månad", "Summan av ”Inkomst”, för varje värde i ”Månad”:"),
        ("zam.csv", "Яка сума за кожен клієнт?", "Сума стовпця «Сума», для кожного значення «Клієнт»:"),
        ("jahre.csv", "Wie viele Aufträge gibt es in jedem Jahr?", "Anzahl der Zeilen, für jeden Wert von „Jahr“:"),
        ("jahre.csv", "Wie viele Aufträge gibt es bei jedem Kunden?", "Anzahl der Zeilen, für jeden Wert von „Kunde“:"),
        ("rech.csv", "Wie hoch ist der Gesamtbetrag je Kunde?", "Summe von „Betrag“, für jeden Wert von „Kunde“:"),
        ("invoices.csv", "How many invoices were made by Kos?", "Number of rows (Customer = Kos): 1."),
        ("invoices.csv", "How many invoices by the customer Kos?", "Number of rows (Customer = Kos): 1."),
    ],
)
def test_a_month_or_a_year_may_be_what_a_result_is_wanted_for_each_of(
    library: Library, document: str, question: str, told: str
):
    assert told_of(library, document, question).startswith(told)


@pytest.mark.parametrize(
    ("document", "question"),
    [
        ("staff.csv", "total salary per month"),
        ("rech.csv", "Wie viele Rechnungen gibt es pro Monat?"),
        ("best.csv", "Totalt belopp per år"),
    ],
)
def test_no_figure_where_no_column_tells_what_it_is_wanted_for_each_of(library: Library, document: str, question: str):
    assert not told_of(library, document, question)


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("hosts.csv", "Which host has the address 10.0.0.2?", "“Host” (Address = 10.0.0.2): beta."),
        ("hosts.csv", "What is the memory of 10.0.0.2?", "“Memory” (Address = 10.0.0.2): 16 GB."),
        ("hosts.csv", "How many hosts have the address 10.0.0.20?", "Number of rows (Address = 10.0.0.20): 1."),
        ("hosts.csv", "Wie groß ist die Memory von 10.0.0.20?", "“Memory” (Address = 10.0.0.20): 32 GB."),
        ("releases.csv", "What are the bugs of release 1.1.1?", "“Bugs” (Release = 1.1.1): 5."),
        ("releases.csv", "What are the bugs of release 1.1?", "“Bugs” (Release = 1.1): 8."),
        ("prostori.csv", "Kakšna je površina prostora 11B?", "“Površina” (Prostor = 11B): 30 m²."),
        ("prostori.csv", "Kakšna je površina prostora 10A?", "“Površina” (Prostor = 10A): 20 m²."),
        ("prostori.csv", "What is the površina of 112C?", "“Površina” (Prostor = 112C): 25 m²."),
    ],
)
def test_what_looks_like_a_number_may_be_a_name(library: Library, document: str, question: str, told: str):
    assert told_of(library, document, question).startswith(told)


@pytest.mark.parametrize(
    ("document", "question"),
    [
        ("hosts.csv", "What is the memory of 10.0.0?"),
        ("hosts.csv", "What is the memory of 10.0.0.25?"),
        ("releases.csv", "What are the bugs of release 1.1.7?"),
        ("releases.csv", "What are the bugs of release 2.0.0.1?"),
        ("prostori.csv", "Kakšna je površina prostora 13B?"),
        ("prostori.csv", "Kakšna je površina prostora 11?"),
    ],
)
def test_a_part_of_such_a_name_names_nothing(library: Library, document: str, question: str):
    assert not told_of(library, document, question)
