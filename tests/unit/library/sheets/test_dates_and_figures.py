"""Numbers, dates and units as people write them."""

from __future__ import annotations

import pytest

from phi3desk.library.sheets.dates import date_in
from phi3desk.library.sheets.figures import decimal_sign, figure_in
from phi3desk.library.sheets.units import canonical, factor, parted


@pytest.mark.parametrize(
    ("text", "decimal", "value", "unit"),
    [
        ("1.234,50 €", ",", 1234.5, "€"),
        ("$1,200.00", ".", 1200.0, "$"),
        ("CHF 12'000", ".", 12000.0, "CHF"),
        ("12\u00a0400 kr", ",", 12400.0, "kr"),
        ("(1,200)", ".", -1200.0, ""),
        ("−3,5 %", ",", -3.5, "%"),
        ("12,-", ",", 12.0, ""),
        ("5-", ".", -5.0, ""),
        ("3.5e3", ".", 3500.0, ""),
        ("1.2.3", ".", None, ""),
    ],
)
def test_figures(text: str, decimal: str, value: float | None, unit: str):
    figure = figure_in(text)
    assert figure is not None
    assert (figure.value(decimal), figure.unit) == (value, unit)


@pytest.mark.parametrize("text", ["", "A12", "00123", "12 or 13", "n/a", "1/2", "twelve"])
def test_no_figures(text: str):
    assert figure_in(text) is None


def test_the_decimal_sign_is_told_by_what_is_certain():
    def sign(*texts: str, otherwise: str = "?") -> str:
        return decimal_sign([figure for text in texts if (figure := figure_in(text))], otherwise)

    assert sign("1.250", "3,5") == ","
    assert sign("1,250", "3.5") == "."
    assert sign("1.250", "2.000") == "?"
    assert sign("1.234.567") == ","
    assert sign("0,125") == ","


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-03-01", "2024-03-01"),
        ("1.3.2024", "2024-03-01"),
        ("13/04/2024", "2024-04-13"),
        ("04/13/24", "2024-04-13"),
        ("3. März 2024", "2024-03-03"),
        ("March 3, 2024", "2024-03-03"),
        ("3. januarja 2025", "2025-01-03"),
        ("12 березня 2024", "2024-03-12"),
        ("5 Μαΐου 2024", "2024-05-05"),
        ("februari 2024", "2024-02-01"),
        ("2024-03-01 14:30", "2024-03-01 14:30"),
    ],
)
def test_dates(text: str, iso: str):
    date = date_in(text)
    assert date is not None
    assert date.iso() == iso


@pytest.mark.parametrize("text", ["31.02.2024", "99/99/2024", "March", "version 2024", "1.2.3"])
def test_no_dates(text: str):
    assert date_in(text) is None


def test_units():
    assert parted("Preis in EUR") == ("Preis", "EUR")
    assert parted("Flow [m³/h]") == ("Flow", "m³/h")
    assert parted("Ціна (грн)") == ("Ціна", "грн")
    assert parted("Menge (geplant)") == ("Menge (geplant)", "")
    assert parted("Sold units") == ("Sold units", "")
    assert canonical("Euro") == canonical("€")
    assert factor("g", "kg") == 0.001
    assert factor("g", "€") is None
