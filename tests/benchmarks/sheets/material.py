"""The ten sheets, written anew for each run: CSV as text, workbooks cell by cell, and their questions with answers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

LAGER = """Lagerbestand Werk Süd;;;;;
Stand: 31.03.2024;;;;;

Artikel;Lagerort;Menge (kg);Einzelpreis (EUR);Eingang;Lieferant
Schraube M8;Graz;1.250,5;3,20;01.02.2024;Huber
Mutter M8;Graz;800,0;2,10;15.02.2024;Huber
Scheibe 8 mm;Linz;412,25;0,85;03.03.2024;Maier
Bolzen 12;Linz;99,5;12,40;20.12.2023;Novak
Blech 2 mm;Wien;3.100,0;1,95;11.01.2024;Maier
Rohr DN 50;Wien;k.A.;7,60;28.03.2024;Novak
Flansch DN 50;Graz;240,0;18,90;05.11.2023;Huber
Summe;;5.902,25;;;
"""

NAROCILA = """Št.;Datum;Stranka;Lokacija;Količina;Znesek (EUR)
101;03.01.2024;Alpina;Kranj;12;1.440,00
102;15.01.2024;Krka;Novo mesto;30;2.250,50
103;02.02.2024;Alpina;Kranj;5;610,00
104;19.02.2024;Gorenje;Velenje;48;5.904,00
105;07.03.2024;Krka;Novo mesto;22;1.650,00
106;21.03.2024;Iskra;Kranj;9;1.080,00
107;02.04.2024;Gorenje;Velenje;15;1.845,00
108;18.04.2024;Alpina;Kranj;20;2.400,00
Skupaj;;;;161;17.179,50
"""

ENERGI = """Byggnad;Månad;El (kWh);Fjärrvärme (MWh);Kostnad (kr)
Kontor;januari 2024;12 400;38,5;61 200
Kontor;februari 2024;11 900;35,0;57 800
Kontor;mars 2024;10 750;29,2;50 100
Verkstad;januari 2024;22 300;51,0;98 400
Verkstad;februari 2024;21 150;48,7;94 050
Verkstad;mars 2024;19 800;41,3;85 700
Lager;januari 2024;4 200;12,4;20 900
Lager;februari 2024;4 050;11,8;20 100
Lager;mars 2024;3 900;9,9;18 300
"""

SKLAD = """Назва;Склад;Кількість, шт;Ціна (грн);Надходження;Стан
Підшипник 6204;Київ;120;185,50;12.01.2024;в наявності
Підшипник 6205;Київ;64;210,00;12.01.2024;в наявності
Ремінь А-1250;Львів;35;340,00;03.02.2024;резерв
Ремінь Б-1800;Львів;18;415,75;03.02.2024;в наявності
Олива ІТД-150;Одеса;240;98,20;25.02.2024;в наявності
Фільтр ФМ-10;Одеса;52;560,00;14.03.2024;резерв
Фільтр ФМ-20;Київ;27;640,00;14.03.2024;резерв
Разом;;556;;;
"""

TIMES = """Προϊόν;Κατηγορία;Τιμή (€);Απόθεμα;Βάρος
Λάδι ελιάς 1 l;Τρόφιμα;9,80;140;1,1 kg
Μέλι θυμαρίσιο;Τρόφιμα;12,50;60;950 g
Σαπούνι;Καλλυντικά;3,20;300;100 g
Κρέμα χεριών;Καλλυντικά;6,40;85;120 g
Ούζο 700 ml;Ποτά;15,90;48;1,3 kg
Κρασί λευκό;Ποτά;8,70;96;1,25 kg
Φέτα;Τρόφιμα;10,20;75;1 kg
"""

ANGAJATI = """Nume,Departament,Oraș,Salariu (lei),Angajat la,Vechime (ani)
Ana Pop,Vânzări,Cluj,"6.200",15.03.2019,5
Ion Marin,Producție,Brașov,"5.100",01.09.2015,8
Elena Radu,Vânzări,Cluj,"7.450",10.01.2012,12
Mihai Dima,Producție,Brașov,"5.600",22.06.2018,5
Ioana Stan,Contabilitate,București,"6.900",03.02.2016,8
Radu Ene,Producție,București,"4.850",18.11.2021,2
Maria Voicu,Vânzări,București,"8.300",05.05.2010,13
"""


def _rows(sheet: Worksheet, rows: list[list[object]]) -> None:
    for row in rows:
        sheet.append(row)


def _pumps(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Pumps"
    _rows(
        sheet,
        [
            ["Pump register, plant Kranj"],
            [],
            ["Pump", "Hall", "Flow", "Power", "Pressure", "Installed"],
            [None, None, "m³/h", "kW", "bar", None],
            ["CP 40", "A", 20, 1.5, 4, datetime.date(2019, 5, 14)],
            ["CP 65", "A", 35, 4, 6, datetime.date(2021, 11, 2)],
            ["CP 80", "B", 60, 7.5, 8, datetime.date(2018, 3, 30)],
            ["VX 2", "B", 12, 0.75, 10, datetime.date(2023, 1, 17)],
            ["VX 5", "C", 28, 2.2, 16, datetime.date(2022, 8, 9)],
            ["DR 100", "C", 110, 15, 3, datetime.date(2015, 6, 1)],
        ],
    )
    book.save(path)


def _sales(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sales"
    _rows(
        sheet,
        [
            ["Sales by region, thousand EUR"],
            ["Region", 2023, None, 2024, None],
            [None, "Units", "Revenue", "Units", "Revenue"],
            ["North", 120, 340.5, 135, 402],
            ["South", 95, 280, 88, 251.25],
            ["East", 60, 150.75, 72, 190],
            ["West", 150, 410, 161, 455.5],
            ["Total", 425, 1181.25, 456, 1298.75],
        ],
    )
    for area in ("A1:E1", "A2:A3", "B2:C2", "D2:E2"):
        sheet.merge_cells(area)
    book.save(path)


def _maintenance(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Log"
    _rows(
        sheet,
        [
            ["Date", "Machine", "Work", "Technician", "Hours", "Parts cost (USD)", "Status"],
            [datetime.date(2024, 1, 8), "Press 1", "Oil change", "Miller", 2.5, 84, "closed"],
            [datetime.date(2024, 1, 22), "Lathe 3", "Bearing replaced", "Kovac", 6, 412.5, "closed"],
            [datetime.date(2024, 2, 5), "Press 1", "Seal replaced", "Miller", 4, 129.9, "closed"],
            [datetime.date(2024, 2, 26), "Robot 2", "Calibration", "Singh", 3, None, "closed"],
            [datetime.date(2024, 3, 11), "Lathe 3", "Belt replaced", "Kovac", 1.5, 58, "open"],
            [datetime.date(2024, 3, 19), "Press 2", "Inspection", "Singh", 2, None, "open"],
            [datetime.date(2024, 4, 2), "Robot 2", "Gripper repaired", "Singh", 5, 730, "closed"],
            [],
            ["Technician", "Phone", "Since"],
            ["Miller", "ext. 214", datetime.date(2009, 4, 1)],
            ["Kovac", "ext. 230", datetime.date(2016, 10, 15)],
            ["Singh", "ext. 241", datetime.date(2021, 2, 1)],
        ],
    )
    book.save(path)


def _rechnungen(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "2024"
    _rows(
        sheet,
        [
            ["Kunde", "Rechnung", "Netto", "MwSt", "Rechnungsdatum", "Bezahlt"],
            ["Adler GmbH", "R-1001", 1200, 0.19, datetime.date(2024, 1, 12), "ja"],
            [None, "R-1007", 850.4, 0.19, datetime.date(2024, 2, 3), "ja"],
            [None, "R-1015", 430, 0.07, datetime.date(2024, 3, 9), "nein"],
            ["Bauer KG", "R-1003", 5600, 0.19, datetime.date(2024, 1, 20), "ja"],
            [None, "R-1011", 2310.75, 0.19, datetime.date(2024, 2, 17), "nein"],
            ["Celik AG", "R-1019", 990, 0.07, datetime.date(2024, 3, 28), "nein"],
            ["Gesamt", None, 11381.15, None, None, None],
        ],
    )
    for area in ("A2:A4", "A5:A6"):
        sheet.merge_cells(area)
    for row in range(2, 9):
        sheet.cell(row, 3).number_format = '#,##0.00 "€"'
        sheet.cell(row, 4).number_format = "0%"
    book.save(path)


@dataclass(frozen=True)
class Asked:
    """A question to a sheet with its answer: a figure, a text that must be told, or the rows that must be shown."""

    sheet: str
    question: str
    figure: float | None = None
    text: str = ""
    rows: tuple[int, ...] = ()


#: the rules and the prompt were worked on with these sheets only
TUNED_ON = ("pumps.xlsx", "lager.csv", "narocila.csv", "sales.xlsx", "energi.csv")

QUESTIONS = (
    Asked("pumps.xlsx", "What is the largest flow of the pumps in hall B?", 60),
    Asked("pumps.xlsx", "Which pumps have a pressure of more than 7 bar?", rows=(7, 8, 9)),
    Asked("pumps.xlsx", "What power does the pump CP 65 have?", 4),
    Asked("pumps.xlsx", "How many pumps were installed after 1 January 2020?", 3),
    Asked("lager.csv", "Wie groß ist die Gesamtmenge in Graz?", 2290.5),
    Asked("lager.csv", "Welcher Artikel hat den höchsten Einzelpreis?", text="Flansch DN 50"),
    Asked("lager.csv", "Wie viele Artikel sind im Jahr 2023 eingegangen?", 2),
    Asked("lager.csv", "Was ist der durchschnittliche Einzelpreis der Artikel von Maier?", 1.4),
    Asked("narocila.csv", "Koliko znaša skupni znesek naročil stranke Alpina?", 4450),
    Asked("narocila.csv", "Katera stranka ima največ količine?", text="Gorenje"),
    Asked("narocila.csv", "Koliko naročil je bilo v marcu 2024?", 2),
    Asked("narocila.csv", "Pokaži naročila z zneskom nad 2000 EUR", rows=(3, 5, 9)),
    Asked("sales.xlsx", "What was the revenue of the region South in 2024?", 251.25),
    Asked("sales.xlsx", "What is the total revenue in 2023?", 1181.25),
    Asked("sales.xlsx", "Which region sold the fewest units in 2024?", text="East"),
    Asked("sales.xlsx", "How many units were sold in 2023 in North and West together?", 270),
    Asked("energi.csv", "Vad är den totala kostnaden för Verkstad?", 278150),
    Asked("energi.csv", "Hur mycket el förbrukade kontoret i februari 2024?", 11900),
    Asked("energi.csv", "Vad är den genomsnittliga kostnaden per byggnad?", 92716.67),
    Asked("energi.csv", "Vilken byggnad hade högst kostnad i mars 2024?", text="Verkstad"),
    Asked("maintenance.xlsx", "How many hours did Singh work in total?", 10),
    Asked("maintenance.xlsx", "What is the average parts cost for Press 1?", 106.95),
    Asked("maintenance.xlsx", "List the open jobs of Lathe 3", rows=(6,)),
    Asked("maintenance.xlsx", "What were the total parts cost between 1 January and 29 February 2024?", 626.4),
    Asked("rechnungen.xlsx", "Wie hoch ist die Summe netto für Adler GmbH?", 2480.4),
    Asked("rechnungen.xlsx", "Wie viele Rechnungen sind mit MwSt 7 %?", 2),
    Asked("rechnungen.xlsx", "Welche Rechnungen sind noch nicht bezahlt?", rows=(4, 6, 7)),
    Asked("rechnungen.xlsx", "Was ist die größte Rechnung netto im Februar 2024?", 2310.75),
    Asked("sklad.csv", "Скільки штук усього на складі Київ?", 211),
    Asked("sklad.csv", "Яка середня ціна фільтрів?", 600),
    Asked("sklad.csv", "Які позиції мають стан резерв?", rows=(4, 7, 8)),
    Asked("sklad.csv", "Яка найдорожча позиція у Львові?", text="Ремінь Б-1800"),
    Asked("times.csv", "Ποια είναι η τιμή για το μέλι θυμαρίσιο;", 12.5),
    Asked("times.csv", "Πόσα προϊόντα είναι στην κατηγορία Ποτά;", 2),
    Asked("times.csv", "Ποιο προϊόν έχει το μεγαλύτερο απόθεμα;", text="Σαπούνι"),
    Asked("times.csv", "Ποιο είναι το συνολικό απόθεμα στα Τρόφιμα;", 275),
    Asked("angajati.csv", "Care este salariul mediu în departamentul Vânzări?", 7316.67),
    Asked("angajati.csv", "Câți angajați sunt în București?", 3),
    Asked("angajati.csv", "Cine are cel mai mare salariu?", text="Maria Voicu"),
    Asked("angajati.csv", "Care angajați au fost angajați înainte de 1 ianuarie 2015?", rows=(4, 8)),
)


def write_sheets(folder: Path) -> None:
    """Write the ten sheets into a folder."""
    for name, text in (
        ("lager.csv", LAGER),
        ("narocila.csv", NAROCILA),
        ("energi.csv", ENERGI),
        ("sklad.csv", SKLAD),
        ("times.csv", TIMES),
        ("angajati.csv", ANGAJATI),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    for name, write in (
        ("pumps.xlsx", _pumps),
        ("sales.xlsx", _sales),
        ("maintenance.xlsx", _maintenance),
        ("rechnungen.xlsx", _rechnungen),
    ):
        write(folder / name)
