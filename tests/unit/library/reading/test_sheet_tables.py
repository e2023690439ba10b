"""Tables of sheets as readers find them: heads, units, separators, dates, totals, several on a sheet."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest

from phi3desk.library.documents import Page, State
from phi3desk.library.reading import limits
from phi3desk.library.reading.kinds import read_document
from phi3desk.library.reading.protocol import Finished, ReadRequest, TableFound, TableRows
from phi3desk.library.reading.sheet_tables import cells
from phi3desk.library.sheets.types import ColumnKind, SheetTable


def tables_of(path: Path) -> list[SheetTable]:
    tables: list[SheetTable] = []
    for event in read_document(ReadRequest(str(path))):
        if isinstance(event, TableFound):
            tables.append(event.table)
        elif isinstance(event, TableRows):
            tables[-1].rows.extend(event.rows)
    return tables


def csv_tables(folder: Path, text: str) -> list[SheetTable]:
    path = folder / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    return tables_of(path)


def values(table: SheetTable, name: str) -> list[object]:
    at = [column.name for column in table.columns].index(name)
    return [row.values[at] for row in table.rows]


def test_german_numbers_currency_dates_and_the_totals_row(tmp_path: Path):
    text = (
        "Lagerliste Werk Süd;;;;\nStand: 31.03.2024;;;;\n;;;;\nArtikel;Standort;Menge (kg);Preis;Eingang\n"
        "Schraube M8;Kranj;1.250,5;3,20 €;01.02.2024\nMutter M8;Graz;800;2,10 €;15.02.2024\n"
        "Scheibe;Kranj;k.A.;0,50 €;03.03.2024\nBolzen;Linz;99,5;12,00 €;\nSumme;;2.150;;\n;;;;\nHinweis: netto;;;;\n"
    )
    (table,) = csv_tables(tmp_path, text)
    assert table.title == "Lagerliste Werk Süd Stand: 31.03.2024"
    assert [(c.name, c.kind, c.unit) for c in table.columns[2:]] == [
        ("Menge", ColumnKind.NUMBER, "kg"),
        ("Preis", ColumnKind.NUMBER, "€"),
        ("Eingang", ColumnKind.DATE, ""),
    ]
    assert values(table, "Menge") == [1250.5, 800.0, None, 99.5]
    assert values(table, "Preis") == [3.2, 2.1, 0.5, 12.0]
    assert values(table, "Eingang") == ["2024-02-01", "2024-02-15", "2024-03-03", None]
    assert table.totals == (9,)
    assert [row.number for row in table.rows] == [5, 6, 7, 8]
    assert table.rows[2].shown[2] == "k.A."


def test_separators_are_told_by_the_column_and_not_by_one_cell(tmp_path: Path):
    (table,) = csv_tables(tmp_path, 'Pump,Flow,Head\nA,"1,035",1.250\nB,20,3.5\nC,"2,000",7\n')
    assert values(table, "Flow") == [1035.0, 20.0, 2000.0]
    assert values(table, "Head") == [1.25, 3.5, 7.0]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["03/14/2022", "07/02/2023"], ["2022-03-14", "2023-07-02"]),
        (["14/03/2022", "02/07/2023"], ["2022-03-14", "2023-07-02"]),
        (["3. März 2024", "12. Mai 2023"], ["2024-03-03", "2023-05-12"]),
        (["12 березня 2024", "1 травня 2024"], ["2024-03-12", "2024-05-01"]),
        (["1.2.24", "15.11.99"], ["2024-02-01", "1999-11-15"]),
    ],
)
def test_dates_of_a_column_have_one_order(tmp_path: Path, written: list[str], read: list[str]):
    rows = "".join(f"P{at};{date};{at}\n" for at, date in enumerate(written))
    (table,) = csv_tables(tmp_path, f"Part;Day;No\n{rows}")
    assert values(table, "Day") == read


def test_dates_whose_order_nothing_tells_stay_texts(tmp_path: Path):
    (table,) = csv_tables(tmp_path, "Part;Day;No\nA;03/04/2024;1\nB;01/02/2024;2\nC;05/06/2024;3\n")
    assert table.columns[1].kind is ColumnKind.TEXT


def test_two_lines_of_head_and_a_row_of_units(tmp_path: Path):
    (table,) = csv_tables(tmp_path, "Region;Umsatz;;Kosten;\n;Q1;Q2;Q1;Q2\nNord;1.000;2.000;300;400\n")
    assert [c.name for c in table.columns] == ["Region", "Umsatz Q1", "Umsatz Q2", "Kosten Q1", "Kosten Q2"]
    (table,) = csv_tables(tmp_path, "Pump,Flow,Power\n,m³/h,kW\nCP 40,20,1.5\nCP 65,35,4\n")
    assert [(c.name, c.unit) for c in table.columns] == [("Pump", ""), ("Flow", "m³/h"), ("Power", "kW")]


def test_a_head_of_years(tmp_path: Path):
    (table,) = csv_tables(tmp_path, "Country,2021,2022,2023\nSI,1,2,3\nAT,4,5,6\n")
    assert values(table, "2022") == [2.0, 5.0]


def test_units_in_cells_are_made_one_or_are_no_numbers(tmp_path: Path):
    (table,) = csv_tables(tmp_path, "Part;Mass;Price\nA;12 kg;3 €\nB;500 g;4 $\nC;1,5 kg;2 €\n")
    assert values(table, "Mass") == [12.0, 0.5, 1.5]
    assert table.columns[1].unit == "kg"
    assert table.columns[2].kind is ColumnKind.TEXT


@pytest.mark.parametrize(
    ("cells", "decimals"),
    [
        (["2 kg", "1 kg", "250 g"], 2),
        (["2 h", "90 min", "1 h"], 1),
        (["2 h", "20 min", "1 h"], 5),
        (["2.50 kg", "1 kg"], 1),
        (["1.2E-5", "3E-6"], 6),
        (["1.5e3", "2e3"], 0),
        (["1.60218E-19", "9.10938e-31"], 35),
        (["1e999", "2E3"], 0),
    ],
)
def test_decimals_are_those_of_the_numbers_in_the_unit_of_their_column(tmp_path: Path, cells: list[str], decimals: int):
    rows = "".join(f"P{at};{cell}\n" for at, cell in enumerate(cells))
    (table,) = csv_tables(tmp_path, f"Part;Figure\n{rows}")
    assert (table.columns[1].kind, table.columns[1].decimals) == (ColumnKind.NUMBER, decimals)


def test_decimals_of_workbooks_are_those_of_the_values(tmp_path: Path):
    book = openpyxl.Workbook()
    for row in (["Part", "Small", "Third", "Whole"], ["A", 1.2e-05, 1 / 3, 1e15], ["B", 0.5, 2, 1e16]):
        book.active.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    (table,) = tables_of(path)
    assert [column.decimals for column in table.columns[1:]] == [6, 10, 0]


def test_numbers_of_articles_are_texts(tmp_path: Path):
    (table,) = csv_tables(tmp_path, "No;Name;Stock\n00123;A;5\n00456;B;6\n")
    assert [c.kind for c in table.columns] == [ColumnKind.TEXT, ColumnKind.TEXT, ColumnKind.NUMBER]


def test_a_row_is_no_total_for_its_name_alone(tmp_path: Path):
    (table,) = csv_tables(tmp_path, "Company;Site;Sales\nTotal;Paris;10\nShell;London;20\nEni;Rome;30\n")
    assert table.totals == ()
    assert len(table.rows) == 3


def test_subtotals_and_means_are_left_out(tmp_path: Path):
    text = "Site,Item,Cost\nA,x,10\nA,y,20\nSubtotal A,,30\nB,x,5\nB,y,7\nSubtotal B,,12\nTotal,,42\nAverage,,10.5\n"
    (table,) = csv_tables(tmp_path, text)
    assert values(table, "Cost") == [10.0, 20.0, 5.0, 7.0]
    assert table.totals == (4, 7, 8, 9)


@pytest.mark.parametrize(
    "text",
    [
        "Employee,Hours\nAnna,40\nBen,35\nMax,40\n",
        "Employee,Hours\nAnna,40\nBen,40\nEva,40\nMax,40\n",
        "Employee,Hours\nAnna,40\nBen,35\nMax,40\nEva,30\n",
        "Employee,Hours\nAnna,40\nBen,35\nEva,30\nMax Huber,40\n",
        "Department,Budget (EUR),Staff\nSales,100,5\nIT,200,10\nLegal,300,6\nMedia,100,7\n",
        "Avdelning;Budget (kr)\nSkola;100\nVård;300\nMedel;200\n",
        "Angajat;Ore\nAna;40\nIon;35\nMaxim;40\n",
        "Grade,Pupils\nExcellent,10\nGood,40\nAverage,25\nPoor,5\n",
    ],
)
def test_a_row_of_someone_called_max_is_no_mean(tmp_path: Path, text: str):
    (table,) = csv_tables(tmp_path, text)
    assert table.totals == ()


@pytest.mark.parametrize(
    "foot",
    ["Max;40\n", "Max Stunden;40\n", "Min;30\nMax;40\nDurchschnitt;35\n", "Summe;105\nMax.;40\n", "Maximum;40\n"],
)
def test_a_last_row_that_is_the_most_of_all_is_no_row_of_its_own(tmp_path: Path, foot: str):
    (table,) = csv_tables(tmp_path, f"Mitarbeiter;Stunden\nAnna;40\nBen;35\nEva;30\n{foot}")
    assert values(table, "Stunden") == [40.0, 35.0, 30.0]


def test_several_tables_a_sheet_below_and_beside_each_other(tmp_path: Path):
    below = csv_tables(tmp_path, "A;B\nx;1\ny;2\n\nName;Ort;Note\nAnna;Graz;1,3\nBen;Linz;2,7\n")
    assert [[c.name for c in table.columns] for table in below] == [["A", "B"], ["Name", "Ort", "Note"]]
    beside = csv_tables(tmp_path, "Part;Cost;;Site;Staff\nx;1;;Graz;5\ny;2;;Linz;6\n")
    assert [[c.name for c in table.columns] for table in beside] == [["Part", "Cost"], ["Site", "Staff"]]


def test_rows_below_an_empty_one_go_on_with_the_table(tmp_path: Path):
    (table,) = csv_tables(tmp_path, "Part;Cost\nx;1\n\ny;2\n\nz;3\n")
    assert [row.number for row in table.rows] == [2, 4, 6]


def test_workbook_values_merged_cells_formulas_and_percentages(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Q1"
    for row in (
        ["Region", "2023", None, "Share", "Closed"],
        [None, "Units", "Revenue", None, None],
        ["North", 10, 1000.506, 0.25, datetime.date(2024, 1, 5)],
        ["South", 20, "=A1", 0.75, datetime.datetime(2024, 2, 5, 14, 30)],
        ["West", None, 5.25, None, None],
    ):
        sheet.append(row)
    for area in ("A1:A2", "B1:C1", "D1:D2", "E1:E2", "B4:B5"):
        sheet.merge_cells(area)
    for row in (3, 4):
        sheet.cell(row, 3).number_format = "0.00"
        sheet.cell(row, 4).number_format = "0%"
    path = tmp_path / "book.xlsx"
    book.save(path)
    (table,) = tables_of(path)
    assert [c.name for c in table.columns] == ["Region", "2023 Units", "2023 Revenue", "Share", "Closed"]
    # a merged number counts once, a formula without a saved result not at all, and no number is rounded
    assert values(table, "2023 Units") == [10.0, 20.0, None]
    assert values(table, "2023 Revenue") == [1000.506, None, 5.25]
    assert values(table, "Share") == [25.0, 75.0, None]
    assert values(table, "Closed") == ["2024-01-05", "2024-02-05 14:30", None]


@pytest.mark.parametrize("epoch", [1900, 1904])
def test_dates_count_from_the_workbooks_first_day(tmp_path: Path, epoch: int):
    book = openpyxl.Workbook()
    if epoch == 1904:
        book.epoch = datetime.datetime(1904, 1, 1)
    book.active.append(["Part", "Day", "No"])
    for at in (1, 2):
        book.active.append([f"P{at}", datetime.date(2024, 2, 28 + at - 1), at])
    path = tmp_path / "book.xlsx"
    book.save(path)
    (table,) = tables_of(path)
    assert values(table, "Day") == ["2024-02-28", "2024-02-29"]


def test_names_for_queries_need_no_marks(tmp_path: Path):
    (table,) = csv_tables(tmp_path, 'Part,"""; DROP TABLE table_1; --",select,2024 kg,Кількість\nx,1,2,3,4\n')
    assert [c.sql for c in table.columns] == ["part", "drop_table_table_1", "select_", "c_2024_kg", "кількість"]


def test_only_so_many_rows_are_kept_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cells, "MOST_ROWS", 100)
    path = tmp_path / "long.csv"
    path.write_text("Part,Cost\n" + "".join(f"p{n},{n}\n" for n in range(500)), encoding="utf-8")
    events = list(read_document(ReadRequest(str(path))))
    end = next(event for event in events if isinstance(event, Finished))
    assert end.state is State.READ
    assert str(end.reason) == "Only the first 100 rows can be calculated with; the file has more."
    assert sum(isinstance(event, Page) for event in events) == 10
    (table,) = tables_of(path)
    assert not table.whole
    assert len(table.rows) == 99


def test_a_file_that_breaks_off_tells_what_of_the_rest_cannot_be_calculated_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cells, "MOST_ROWS", 100)
    monkeypatch.setattr(cells, "MOST_COLUMNS", 2)
    monkeypatch.setattr(limits, "MOST_PAGES", 5)
    path = tmp_path / "long.csv"
    path.write_text("Part,Cost,No\n" + "".join(f"p{n},{n},{n}\n" for n in range(500)), encoding="utf-8")
    end = next(event for event in read_document(ReadRequest(str(path))) if isinstance(event, Finished))
    assert end.state is State.READ
    assert str(end.reason) == (
        "Only the first 5 pages were read; the file has more. Only the first 100 rows can be calculated with; the file "
        "has more. Only the first 2 columns can be calculated with; the file has more."
    )
    monkeypatch.setattr(cells, "MOST_ROWS", 1_000)
    monkeypatch.setattr(cells, "MOST_COLUMNS", 3)
    end = next(event for event in read_document(ReadRequest(str(path))) if isinstance(event, Finished))
    assert str(end.reason) == "Only the first 5 pages were read; the file has more."
    assert not tables_of(path)[0].whole


def test_prose_has_no_tables(tmp_path: Path):
    assert csv_tables(tmp_path, "This is a note.\nIt has no columns at all.\n") == []


def test_rows_behind_a_quotation_mark_that_is_not_closed_are_not_calculated_with(tmp_path: Path):
    note = "\n".join(f"line {n}" for n in range(250))
    path = tmp_path / "notes.csv"
    path.write_text(f'Item,Note,Cost\nA,short,1\nB,long,2\nC,"{note}",3\nD,short,4\n', encoding="utf-8")
    events = list(read_document(ReadRequest(str(path))))
    (end,) = (event for event in events if isinstance(event, Finished))
    assert end.state is State.READ
    assert str(end.reason) == (
        "A quotation mark in row 4 is not closed within 200 lines: each line from there on was read as a row of its "
        "own, and only the rows before can be calculated with."
    )
    pages = "\n".join(event.text for event in events if isinstance(event, Page))
    assert "line 249" in pages and "D" in pages
    (table,) = tables_of(path)
    assert not table.whole
    assert (table.last_row, values(table, "Cost")) == (3, [1.0, 2.0])


@pytest.mark.parametrize(("found", "told"), [(4, True), (3, False)])
def test_tables_that_are_left_out_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: int, told: bool):
    monkeypatch.setattr(cells, "MOST_TABLES", 3)
    book = openpyxl.Workbook()
    for number in range(found):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in (("Plant", "Cost"), ("Kranj", 10), ("Graz", 20)):
            sheet.append(row)
    book.create_sheet("Notes").append(("no table",))
    del book["Sheet"]
    path = tmp_path / "many.xlsx"
    book.save(path)
    (end,) = (event for event in read_document(ReadRequest(str(path))) if isinstance(event, Finished))
    sentence = "Only the first 3 tables can be calculated with; the file has more."
    assert str(end.reason or "") == (sentence if told else "")
    assert len(tables_of(path)) == 3
