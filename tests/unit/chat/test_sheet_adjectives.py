"""What describes the rows that a question to a sheet counts is a condition, also where nothing in the table is that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from phi3desk.library.library import Library
from tests.helpers.sheet_library import sheet_library
from tests.unit.chat.test_sheet_answers import told_of

SHEETS = {
    "toys.csv": "Toy,Colour,Size,Bought,Price (EUR)\nBall,blue,large,2023-03-01,2\nKite,red,small,2023-05-01,5\n"
    "Lamp,blue,large,2024-02-01,40\nDoll,green,new,2024-07-01,7\n",
    "pfade.csv": "Weg;Farbe;Ort;Angelegt;Preis (EUR)\nA1;blau;Graz;01.03.2023;2\nA2;rot;Graz;01.05.2023;5\n"
    "A3;blau;Linz;01.02.2024;40\n",
    "lager.csv": "Artikel;Lagerort;Menge (kg)\nSchraube;Graz;10,5\nMutter;Linz;20\nBolzen;Graz;5\n",
    "igrace.csv": "Igrača;Barva;Kraj;Cena (EUR)\nŽoga;modra;Kranj;2\nVlak;rdeč;Kranj;5\nZmaj;modra;Celje;40\n",
    "paichnidia.csv": "Παιχνίδι;Χρώμα;Πόλη;Ποσότητα\nΜπάλα;μπλε;Αθήνα;2\nΤρένο;κόκκινο;Αθήνα;5\nΚούκλα;μπλε;Πάτρα;7\n",
    "ihrashky.csv": "Іграшка;Колір;Місто;Ціна (грн)\nМ'яч;синій;Одеса;2\nПотяг;червоний;Одеса;5\nЗмій;синій;Львів;40\n",
    "jucarii.csv": "Jucărie;Culoare;Oraș;Preț (lei)\nMinge;albastră;Cluj;2\nTren;roșu;Cluj;5\nZmeu;albastră;Iași;40\n",
    "darila.csv": "Darilo;Barva;Stranka;Cena (EUR)\nBalon;moder;Petrovi;2\nŽoga;modra;Petrov;5\nPero;modro;Zupan;40\n",
    "podarunky.csv": "Подарунок;Колір;Ціна (грн)\nОлівець;синій;2\nРучка;синя;5\nКнига;червона;40\n",
    "leksaker.csv": "Leksak;Färg;Ort;Pris (kr)\nBoll;blå;Lund;2\nTåg;röd;Lund;5\nDrake;blå;Malmö;40\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with sheet_library(tmp_path_factory.mktemp("adjectives"), SHEETS) as made:
        yield made


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        (
            "toys.csv",
            "How many blue items were bought in 2023?",
            "Number of rows (Colour = blue; Bought 1 January 2023",
        ),
        ("toys.csv", "How many blue items are there?", "Number of rows (Colour = blue): 2."),
        ("toys.csv", "How many large items are there?", "Number of rows (Size = large): 2."),
        ("toys.csv", "How many toys are large?", "Number of rows (Size = large): 2."),
        ("toys.csv", "How many new ones were bought in 2024?", "Number of rows (Size = new; Bought 1 January 2024"),
        ("toys.csv", "What is the total price of the large toys?", "Sum of “Price” (Size = large): 42 EUR."),
        ("toys.csv", "Which toy is the most expensive?", "Largest “Price”: 40 EUR, Lamp."),
        ("toys.csv", "Which toy is the least expensive?", "Smallest “Price”: 2 EUR, Ball."),
        ("toys.csv", "What are the two most expensive toys?", "Largest “Price”: 40 EUR, Lamp; Doll: 7."),
        ("toys.csv", "How high is the total price of the blue toys?", "Sum of “Price” (Colour = blue): 42 EUR."),
        ("toys.csv", "How many toys were bought in 2023?", "Number of rows (Bought 1 January 2023"),
        ("toys.csv", "How many items were bought in 2023?", "Number of rows (Bought 1 January 2023"),
        ("pfade.csv", "Wie viele blaue Einträge gibt es in Graz?", "Anzahl der Zeilen (Ort = Graz; Farbe = blau): 1."),
        ("pfade.csv", "Wie viele Wege gibt es in Graz?", "Anzahl der Zeilen (Ort = Graz): 2."),
        ("lager.csv", "Wie viele kg liegen in Graz?", "Summe von „Menge“ (Lagerort = Graz): 15,5 kg."),
        ("pfade.csv", "wie viele wege gibt es in graz?", "Anzahl der Zeilen (Ort = Graz): 2."),
        ("igrace.csv", "Koliko modrih postavk je v Kranju?", "Število vrstic (Barva = modra; Kraj = Kranj): 1."),
        ("igrace.csv", "Koliko igrač je v Kranju?", "Število vrstic (Kraj = Kranj): 2."),
        (
            "paichnidia.csv",
            "Πόσες μπλε εγγραφές υπάρχουν στην Αθήνα;",
            "Αριθμός γραμμών (Πόλη = Αθήνα; Χρώμα = μπλε): 1.",
        ),
        ("ihrashky.csv", "Скільки синіх позицій в Одесі?", "Кількість рядків (Колір = синій; Місто = Одеса): 1."),
        (
            "jucarii.csv",
            "Câte poziții albastre sunt în Cluj?",
            "Numărul de rânduri (Oraș = Cluj; Culoare = albastră): 1.",
        ),
        ("leksaker.csv", "Hur många blå poster finns i Lund?", "Antal rader (Ort = Lund; Färg = blå): 1."),
        ("jucarii.csv", "Cât de mare este prețul total în Cluj?", "Suma coloanei „Preț” (Oraș = Cluj): 7 lei."),
        ("leksaker.csv", "Hur stor är summan av pris i Lund?", "Summan av ”Pris” (Ort = Lund): 7 kr."),
    ],
)
def test_rows_are_counted_by_what_describes_them(library: Library, document: str, question: str, told: str):
    assert told_of(library, document, question).replace("\u00a0", " ").startswith(told)


@pytest.mark.parametrize(
    ("document", "question"),
    [
        ("toys.csv", "How many yellow items were bought in 2023?"),
        ("toys.csv", "How many yellow ones were bought in 2023?"),
        ("toys.csv", "How many yellow things were bought in 2023?"),
        ("toys.csv", "How many yellow items cost 5 EUR?"),
        ("toys.csv", "How many items of yellow were bought in 2023?"),
        ("toys.csv", "Which yellow items were bought in 2023?"),
        ("toys.csv", "How many old items were bought in 2023?"),
        ("toys.csv", "How many expensive toys were bought in 2023?"),
        ("toys.csv", "How many toys bought in 2023 are big?"),
        ("toys.csv", "What is the average price of the old toys?"),
        ("toys.csv", "How many big blue items are there?"),
        ("pfade.csv", "Wie viele gelbe Einträge gibt es in Graz?"),
        ("pfade.csv", "Wie viele gelbe gibt es in Graz?"),
        ("pfade.csv", "Wie viele kg liegen in Graz?"),
        ("lager.csv", "How many kW are in Graz?"),
        ("lager.csv", "How many kW does the Bolzen have?"),
        ("leksaker.csv", "Hur många kg finns i Lund?"),
        ("pfade.csv", "Wie viele Wege in Graz sind neu?"),
        ("igrace.csv", "Koliko rumenih postavk je v Kranju?"),
        ("igrace.csv", "Koliko starih postavk je v Kranju?"),
        ("paichnidia.csv", "Πόσες κίτρινες εγγραφές υπάρχουν στην Αθήνα;"),
        ("ihrashky.csv", "Скільки жовтих позицій в Одесі?"),
        ("ihrashky.csv", "Скільки нових позицій в Одесі?"),
        ("jucarii.csv", "Câte poziții galbene sunt în Cluj?"),
        ("leksaker.csv", "Hur många gula poster finns i Lund?"),
        ("leksaker.csv", "Hur många nya poster finns i Lund?"),
    ],
)
def test_no_rows_are_counted_where_nothing_tells_what_describes_them(library: Library, document: str, question: str):
    assert not told_of(library, document, question)


@pytest.mark.parametrize(
    ("document", "question", "told"),
    [
        ("darila.csv", "Koliko modrih daril je?", "Število vrstic (Barva = moder, modra, modro): 3."),
        (
            "darila.csv",
            "Kakšna je skupna cena modrih daril?",
            "Vsota stolpca »Cena« (Barva = moder, modra, modro): 47 EUR.",
        ),
        ("podarunky.csv", "Скільки синіх подарунків?", "Кількість рядків (Колір = синя, синій): 2."),
        # a name is no form of another one
        ("darila.csv", "Koliko daril je od Petrova?", ""),
        ("darila.csv", "Koliko daril je od Zupana?", "Število vrstic (Stranka = Zupan): 1."),
    ],
)
def test_all_forms_of_a_value_are_counted(library: Library, document: str, question: str, told: str):
    text = told_of(library, document, question)
    assert text.startswith(told) and bool(text) == bool(told)
