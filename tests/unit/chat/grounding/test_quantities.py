"""Figures are read in seven languages, with their units in one spelling."""

import pytest

from phi3desk.chat.grounding.check import Checker, PassageText
from phi3desk.chat.grounding.quantities import MONTH, Quantity, quantities_in
from phi3desk.chat.grounding.statements import statement_of
from phi3desk.chat.messages import Why


def read(text: str) -> list[tuple[tuple[float, ...], str, str]]:
    return [(tuple(sorted(each.values)), each.unit, each.bound) for each in quantities_in(text) if not each.part]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("after 2 hours", "h"),
        ("nach 2 Stunden", "h"),
        ("po 2 urah", "h"),
        ("μετά από 2 ώρες", "h"),
        ("через 2 години", "h"),
        ("după 2 ore", "h"),
        ("efter 2 timmar", "h"),
        ("2 operating hours", "h"),
        ("2 Nm", "N·m"),
        ("2 N·m", "N·m"),
        ("2 °C", "°C"),
        ("2 Prozent", "%"),
        ("2 відсотки", "%"),
        ("€ 2", "€"),
    ],
)
def test_unit_has_one_spelling(text, unit):
    assert [(each.unit, 2.0 in each.values) for each in quantities_in(text)] == [(unit, True)]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("2 mW", "mW"),
        ("2 MW", "MW"),
        ("2 mPa", "mPa"),
        ("2 MPa", "MPa"),
        ("2 mPa·s", "mPa"),
        ("2 мВт", "mW"),
        ("2 МВт", "MW"),
        ("2 mΩ", "mΩ"),
        ("2 MΩ", "MΩ"),
        ("2 KW", "kW"),
        ("2 Pa", "Pa"),
        ("2 pa", ""),
        ("2 MPA", "MPa"),
    ],
)
def test_capital_tells_a_million_from_a_thousandth(text, unit):
    assert [each.unit for each in quantities_in(text)] == [unit]


def test_thousands_and_decimals_can_both_be_meant():
    assert read("2,000 h") == [((2.0, 2000.0), "h", "")]
    assert read("1.234,5 kg") == [((1234.5,), "kg", "")]
    assert read("1 500 EUR") == [((1500.0,), "€", "")]
    assert read("10 000kg") == [((10_000.0,), "kg", "")]
    assert read("10\u00a0000 kg and 20\u202f000kg") == [((10_000.0,), "kg", ""), ((20_000.0,), "kg", "")]
    assert read("2.5 million dollars") == [((2_500_000.0,), "$", "")]
    assert read("-20 °C") == [((-20.0,), "°C", "")]


@pytest.mark.parametrize("language", ["de", "sl", "el", "uk", "ro", "sv"])
def test_point_parts_thousands_where_a_comma_is_the_decimal_sign(language):
    assert [each.values for each in quantities_in("1.250 EUR and 1,250 EUR", language)] == [{1250.0}, {1.25}]


def test_comma_parts_thousands_in_english():
    assert [each.values for each in quantities_in("1.250 EUR and 1,250 EUR", "en")] == [{1.25}, {1250.0}]


def test_what_can_be_read_in_one_way_only_is_read_so_in_any_language():
    for language in ("", "en", "de"):
        found = quantities_in("1.250.000 EUR 0.125 m 0,125 m 1,5 m 1.234,5 m", language)
        assert [each.values for each in found] == [{1_250_000.0}, {0.125}, {0.125}, {1.5}, {1234.5}]


def test_figure_is_the_same_where_it_is_copied_from_a_page_in_another_language():
    page, answer = quantities_in("1,250 h", "en")[0], quantities_in("1,250 Stunden", "de")[0]
    assert page.equals(answer)
    assert not page.equals(quantities_in("1,25 Stunden", "de")[0])
    assert page.equals(quantities_in("1.250 Stunden", "de")[0])


def test_cells_side_by_side_are_figures_of_their_own_too():
    found = quantities_in("M20 8.8 16 280 N·m")
    assert [(each.unit, each.part) for each in found if 280.0 in each.values] == [("N·m", True)]
    assert [(each.unit, each.part) for each in found if 16280.0 in each.values] == [("N·m", False)]


def test_codes_are_no_figures():
    assert read("H412 and P501 of CP42") == []


def test_bounds_are_read_before_and_behind():
    assert read("above 80 °C")[0][2] == ">"
    assert read("höchstens 5 bar")[0][2] == "<"
    assert read("не більше 12 годин")[0][2] == "<"
    assert read("40 N·m or more")[0][2] == ">"


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("Take no fewer than four tablets.", ">"),
        ("not before 5 May", ">"),
        ("not less than 5 mg", ">"),
        ("children aged 6 years and older", ">"),
        ("6 years of age and older", ">"),
        ("must be given no later than 14 days before", ">"),
        ("Der Druck darf 6 bar überschreiten.", ">"),
        ("frühestens nach 5 Tagen", ">"),
        ("älter als 6 Jahre", ">"),
        ("5 Jahre oder älter", ">"),
        ("gilt ab 31.12.2025", ">"),
        ("Otroci od 6 let dalje", ">"),
        ("vsaj 5 mg", ">"),
        ("več od 5 mg", ">"),
        ("Τα παιδιά 6 ετών και άνω", ">"),
        ("όχι λιγότερο από 5 mg", ">"),
        ("Діти від 6 років", ">"),
        ("щонайменше 6 років", ">"),
        ("не раніше ніж за 5 днів", ">"),
        ("6 років і старші", ">"),
        ("cel puțin 5 mg", ">"),
        ("mai mult de 5 mg", ">"),
        ("6 ani și mai mult", ">"),
        ("barn från 6 år", ">"),
        ("6 år och äldre", ">"),
        ("Take no more than 4 tablets.", "<"),
        ("Do not use the drops for longer than 5 days.", "<"),
        ("must not exceed a total value of 6 bar", "<"),
        ("6 bar must not be exceeded", "<"),
        ("up to and including 5 mg", "<"),
        ("children aged 6 years and younger", "<"),
        ("5 mg at most", "<"),
        ("Der Druck darf 6 bar nicht überschreiten.", "<"),
        ("Die Tropfen nicht länger als 5 Tage anwenden.", "<"),
        ("spätestens nach 5 Tagen", "<"),
        ("gilt bis 31.12.2025", "<"),
        ("Ne jemljite več kot 5 tablet na dan.", "<"),
        ("6 barov ne sme preseči", "<"),
        ("manj od 5 mg", "<"),
        ("Μην λαμβάνετε περισσότερα από 4 δισκία.", "<"),
        ("Η πίεση δεν πρέπει να υπερβαίνει τα 6 bar.", "<"),
        ("έως 5 ετών", "<"),
        ("το πολύ 5 δισκία", "<"),
        ("Діти до 6 років", "<"),
        ("менше від 5 мг", "<"),
        ("Тиск не повинен перевищувати 6 бар.", "<"),
        ("Nu luați mai mult de 4 comprimate.", "<"),
        ("Presiunea nu trebuie să depășească 6 bar.", "<"),
        ("mai puțin de 5 mg", "<"),
        ("cel mult 5 mg", "<"),
        ("Använd inte dropparna längre än 5 dagar.", "<"),
        ("senast 5 dagar", "<"),
        ("Der Druck überschreitet 6 bar nicht.", "<"),
        ("Trycket överstiger inte 6 bar.", "<"),
        ("im Alter von 6 Jahren", ""),
        ("5 more tablets", ""),
        ("5 tablets and more than 3 glasses", ""),
        ("wird seit 2020 nicht mehr hergestellt", ""),
        ("no longer sold since 2020", ""),
    ],
)
def test_bound_is_that_of_the_whole_clause_in_any_language(text, bound):
    assert read(text)[0][2] == bound


def test_date_has_one_bound():
    assert [each.bound for each in quantities_in("until 31 December 2025", "en")] == ["<", "<", "<"]
    assert [each.bound for each in quantities_in("until 2025-12-31", "en")] == ["<", "<", "<"]


@pytest.mark.parametrize(
    ("text", "language", "is_denied"),
    [
        ("The pressure must not exceed 6 bar.", "en", False),
        ("Take no more than four tablets.", "en", False),
        ("The pressure must not exceed the limit.", "en", True),
        ("The pump is no longer sold since 2020.", "en", True),
        ("Do not use if more than 5 tablets were taken.", "en", True),
        ("Der Druck darf 6 bar nicht überschreiten.", "de", False),
        ("Der Druck überschreitet 6 bar nicht.", "de", False),
        ("Die Pumpe wird nicht mehr hergestellt.", "de", True),
        ("Ne jemljite več kot 5 tablet.", "sl", False),
        ("Μην λαμβάνετε περισσότερα από 4 δισκία.", "el", False),
        ("Не приймайте більше ніж 4 таблетки.", "uk", False),
        ("Nu luați mai mult de 4 comprimate.", "ro", False),
        ("Använd inte dropparna längre än 5 dagar.", "sv", False),
        ("Trycket överstiger inte 6 bar.", "sv", False),
    ],
)
def test_denial_is_part_of_a_bound_where_a_figure_takes_it(text, language, is_denied):
    assert statement_of(text, language).stance.denied == is_denied


def test_first_figure_of_a_range_has_the_unit_of_the_second():
    assert [(unit) for _, unit, _ in read("70 to 80 %")] == ["%", "%"]


@pytest.mark.parametrize("text", ["9 February 2026", "9. februarja 2026", "2026-02-09", "09.02.2026", "9 лютого 2026"])
def test_dates_are_alike_however_they_are_written(text):
    found = {(value, each.unit) for each in quantities_in(text) for value in each.values}
    assert found == {(9.0, ""), (2.0, MONTH), (2026.0, "")}


@pytest.mark.parametrize(
    ("text", "language"),
    [("12/31/2024", "en"), ("12/31/2024", "de"), ("31/12/2024", "en"), ("31/12/2024", "ro"), ("31.12.2024", "de")],
)
def test_month_of_a_date_with_strokes_is_the_part_that_can_be_one(text, language):
    found = {(value, each.unit) for each in quantities_in(text, language) for value in each.values}
    assert found == {(31.0, ""), (12.0, MONTH), (2024.0, "")}


def test_day_and_month_change_places_where_the_language_allows_it():
    assert [each.values for each in quantities_in("03/04/2024", "en")] == [{3.0, 4.0}, {3.0, 4.0}, {2024.0}]
    assert [each.values for each in quantities_in("03/04/2024", "el")] == [{3.0}, {4.0}, {2024.0}]
    day, month, _ = quantities_in("03/04/2024", "en")
    assert [each.unit for each in (day, month)] == ["", MONTH]
    for text in ("March 4, 2024", "3 April 2024"):
        found = {each.unit: each for each in quantities_in(text, "en") if 2024.0 not in each.values}
        assert day.equals(found[""])
        assert month.equals(found[MONTH])


@pytest.mark.parametrize("text", ["31.12.24", "1.3.24"])
def test_dotted_date_may_have_a_year_of_two_digits(text):
    found = quantities_in(text, "de")
    assert [each.unit for each in found] == ["", MONTH, ""]
    assert found[2].equals(quantities_in("2024", "de")[0])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("on 12.03.25 at 8 h", "en"),
        ("section 3, of 12.03.25", "en"),
        ("am 12.03.25 um 8 Uhr", "de"),
        ("Abschnitt 3 vom 12.03.25", "de"),
        ("Revision 12.03.25", "de"),
        ("Version 2.1, 12.03.25", "de"),
        ("Version 2.1.0 – 12.03.25", "de"),
        ("Versionsdatum 12.03.25", "de"),
        ("12.03.25 v Ljubljani", "sl"),
        ("12.03.25 s podpisom", "sl"),
        ("12.03.25 г.", "uk"),
        ("από 12.03.25 έως 15.03.25", "el"),
        ("între 12.03.25 și 15.03.25", "ro"),
    ],
)
def test_date_with_a_year_of_two_digits_stays_one_beside_words(text, language):
    assert any(each.is_month for each in quantities_in(text, language))


@pytest.mark.parametrize(
    "text",
    [
        "Version 2.1.15",
        "v2.1.15",
        "V. 2.1.15",
        "Firmware 2.1.15",
        "section 3.2.10",
        "sections 3.2.10 and 3.2.11",
        "Sections 3.2.10–3.2.12",
        "chapter 3.2.10",
        "§ 3.2.10",
        "§3.2.10",
        "Kapitel 3.2.10",
        "Abschnitte 3.2.10 bis 3.2.12",
        "Abb. 3.2.10",
        "poglavje 3.2.10",
        "V poglavju 3.2.10",
        "različica 2.1.15",
        "ενότητα 3.2.10",
        "έκδοση 2.1.15",
        "розділ 3.2.10",
        "версія 2.1.15",
        "п. 3.2.10",
        "secțiunea 3.2.10",
        "versiunea 2.1.15",
        "avsnitt 3.2.10",
        "versionen 2.1.15",
        "1.2.25 mm",
        "1.2.25 %",
    ],
)
def test_number_of_a_part_or_a_version_is_no_date(text):
    assert not any(each.is_month for each in quantities_in(text))


@pytest.mark.parametrize("text", ["10.10.10.10", "1.2.345", "13/13/2024", "99.99.24"])
def test_what_is_no_date_has_no_month(text):
    assert not any(each.is_month for each in quantities_in(text))


def test_number_words_equal_their_figures():
    two = quantities_in("two bolts")[0]
    assert isinstance(two, Quantity)
    assert two.equals(quantities_in("2 bolts")[0])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("kept at –18 °C", [-18.0]),
        ("kept at −18 °C", [-18.0]),
        ("kept at -18 °C", [-18.0]),
        ("(–5 °C)", [-5.0]),
        ("−10…−5 °C", [-10.0, -5.0]),
        ("–10 … –5 °C", [-10.0, -5.0]),
        ("–10–−5 °C", [-10.0, -5.0]),
        ("-40..-5 °C", [-40.0, -5.0]),
        ("−20/−40 °C", [-20.0, -40.0]),
        ("10–20 °C", [10.0, 20.0]),
        ("10 –20 °C", [10.0, 20.0]),
        ("10 – 20 °C", [10.0, 20.0]),
        ("+/-5 °C", [5.0]),
        ("±5 °C", [5.0]),
        ("–10 000 °C", [-10_000.0]),
    ],
)
def test_dash_is_a_minus_where_no_figure_stands_before_it(text, values):
    assert read(text) == [((value,), "°C", "") for value in values]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("take .5 mg", [0.5]),
        ("nach ,25 mg", [0.25]),
        ("(-.5 °C)", [-0.5]),
        ("see p.5 and 3 .5", [5.0, 3.0, 5.0]),
        ("end ...5", [5.0]),
        ("1/2 tablet", [0.5]),
        ("1 1/2 hours", [1.5]),
        ("2 3/4 Stunden", [2.75]),
        ("3/4 of pages", [0.75]),
        ("1/2 l", [0.5]),
        ("page 1/2 of it", [1.0, 2.0]),
        ("from 1/4 until 3/5 or so", [1.0, 4.0, 3.0, 5.0]),
        ("den 1/2 börjar", [1.0, 2.0]),
        ("öppet 1/5 till 30/9", [1.0, 5.0, 30.0, 9.0]),
        ("bis 1 1/2 Stunden", [1.5]),
        ("1500 1/min", [1500.0]),
        ("items 1/2", [1.0, 2.0]),
        ("1/2/3 of it", [1.0, 2.0, 3.0]),
        ("24/7 service", [24.0, 7.0]),
    ],
)
def test_parts_of_one_are_one_figure(text, values):
    assert [min(each.values) for each in quantities_in(text)] == values


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Abgabe bis 16.30 Uhr", "de"),
        ("konec ob 16.30.", "sl"),
        ("στις 16.30", "el"),
        ("о 16.30", "uk"),
        ("la ora 16.30", "ro"),
        ("kl. 16.30 i salen", "sv"),
        ("klockan 16.30", "sv"),
    ],
)
def test_time_of_day_may_have_a_point(text, language):
    assert [each.values for each in quantities_in(text, language)] == [{16.0}, {30.0}]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("ob 2.50 V", "sl", 2.5),
        ("ob 16.30 %", "sl", 16.3),
        ("um 16.30 m", "de", 16.3),
        ("16.30", "de", 16.3),
        ("5.30 am Tag", "de", 5.3),
    ],
)
def test_figure_that_counts_is_no_time_of_day(text, language, value):
    assert [each.values for each in quantities_in(text, language)] == [{value}]


def test_both_times_of_a_range_may_have_a_point():
    assert [min(each.values) for each in quantities_in("8.00 bis 16.30 Uhr", "de")] == [8.0, 0.0, 16.0, 30.0]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("10 a.m.", "a.m."),
        ("4 p.m.", "p.m."),
        ("4 PM", "p.m."),
        ("10 π.μ.", "a.m."),
        ("10 μ.μ.", "p.m."),
        ("5 am Tag", ""),
    ],
)
def test_half_of_the_day_is_told(text, unit):
    assert [each.unit for each in quantities_in(text)] == [unit]


@pytest.mark.parametrize(
    ("text", "language", "month"),
    [
        ("1 Jan 2024", "en", 1),
        ("Feb 3", "en", 2),
        ("the 31st of November", "en", 11),
        ("3rd May 2024", "en", 5),
        ("1. Dez. 2024", "de", 12),
        ("1. avg. 2024", "sl", 8),
        ("1 Οκτ. 2024", "el", 10),
        ("1 лют. 2024", "uk", 2),
        ("1 ian. 2024", "ro", 1),
        ("1 sept. 2024", "sv", 9),
    ],
)
def test_month_may_be_short_or_behind_an_ordinal(text, language, month):
    assert [each.values for each in quantities_in(text, language) if each.is_month] == [{month}]


@pytest.mark.parametrize(
    ("text", "language"), [("the 2nd may differ", "en"), ("1 nov ventil", "sl"), ("1 măr. 2", "ro"), ("a 2 sep", "en")]
)
def test_short_word_that_is_no_month_is_none(text, language):
    assert not any(each.is_month for each in quantities_in(text, language))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("100 µmol/l", "µmol/l"),
        ("100 μmol/L", "µmol/l"),
        ("5 µg/m³", "µg/m³"),
        ("5 µg/m3", "µg/m³"),
        ("100 mg/dL", "mg/dl"),
        ("3 kN/m²", "kN/m²"),
        ("5 mg/kg/day", "mg/kg/day"),
        ("12 EUR/m²", "€/m²"),
        ("12 Euro pro Quadratmeter", "€/m²"),
        ("12 euros per square metre", "€/m²"),
        ("12 kg na kvadratni meter", "kg/m²"),
        ("5 mg per litre", "mg/l"),
        ("3 GWh", "GWh"),
        ("2 dl", "dl"),
        ("5 pm", ""),
        ("5 TV", ""),
        ("20 kg in 5 l", "kg"),
        ("2 mg a day", "mg/day"),
        ("2 mg / day", "mg/day"),
        ("2 mg i timmen", "mg/h"),
        ("12 kg is allowed", "kg"),
        ("6 bar as the limit", "bar"),
        ("200 EUR is due", "€"),
        ("5 kg nad mizo", "kg"),
        ("5 kg im Lager", "kg"),
        ("10 ml ad hoc", "ml"),
    ],
)
def test_unit_may_be_written_in_symbols(text: str, unit: str) -> None:
    assert quantities_in(text)[0].unit == unit


@pytest.mark.parametrize(
    ("texts", "unit"),
    [
        (
            "20 µg; 20 μg; 20 mcg; 20 micrograms; 20 Mikrogramm; 20 mikrogramov; 20 mikrogram; 20 micrograme; "
            "20 мкг; 20 мікрограмів; 20 μικρογραμμάρια",
            "µg",
        ),
        ("20 ng; 20 nanograms; 20 нанограмів; 20 νανογραμμάρια", "ng"),
        ("20 mg; 20 мг; 20 міліграмів; 20 χιλιοστόγραμμα", "mg"),
        ("20 ml; 20 мілілітрів; 20 χιλιοστόλιτρα", "ml"),
        ("20 mcg per day; 20 µg/Tag; 20 µg/d; 20 мкг на добу; 20 mikrogram per dygn", "µg/day"),
        ("7 діб; 7 днів; 7 days", "day"),
        ("2 mm²; 2 mm2; 2 мм²", "mm²"),
        ("2 cm³; 2 cc; 2 см³", "cm³"),
        ("2 km²; 2 км²", "km²"),
        ("2 ha; 2 Hektar; 2 га; 2 hectare; 2 hektarjev; 2 εκτάρια", "ha"),
        ("2 m²; 2 qm; 2 kvadratmeter; 2 m2", "m²"),
        ("2 lb; 2 lbs", "lb"),
        ("2 oz; 2 ounces; 2 Unzen; 2 унції", "oz"),
        ("2 PS; 2 hp; 2 hk; 2 horsepower", "PS"),
        ("2 kPa; 2 кПа", "kPa"),
        ("2 kVA; 2 кВА", "kVA"),
        ("2 kV; 2 кВ", "kV"),
        ("2 mV; 2 мВ", "mV"),
        ("2 Ω; 2 Ом; 2 Ohm", "Ω"),
        ("2 kΩ; 2 кОм", "kΩ"),
        ("2 MΩ; 2 МОм", "MΩ"),
        ("2 kWh; 2 кВт·год", "kWh"),
        (
            "2 square metres; 2 sq m; 2 Quadratmeter; 2 kvadratnih metrov; 2 τετραγωνικά μέτρα; 2 кв. м; "
            "2 квадратних метри; 2 metri pătrați; two square metres",
            "m²",
        ),
        ("2 cubic metres; 2 kubičnih metrov; 2 κυβικά μέτρα; 2 куб. м; 2 кубічних метри; 2 metri cubi", "m³"),
        ("2 square millimetres; 2 Quadratmillimeter; 2 kvadratnih milimetrov; 2 milimetri pătrați", "mm²"),
        ("2 кВ; 2 кВ лінія", "kV"),
        ("2 square pieces; 2 кв 5; 2 cubicles", ""),
        ("16 A; 16A; 16 А; 16 Α; 16 A fuse; 16 А AC; 16 amperes; 16 A.", "A"),
        ("230 V; 230 В; 230 В змінного струму", "V"),
        ("16 mA; 16 мА", "mA"),
        ("2 Ah; 2 А·год", "Ah"),
        ("2 a day; 2 в коробці; 2 а також; 5 A4 sheets; TAKE 2 A DAY; 5 В КИЄВІ; 5\nA fuse; 2 i lådan", ""),
    ],
)
def test_unit_is_the_same_however_a_language_writes_it(texts: str, unit: str) -> None:
    assert {text: quantities_in(text)[0].unit for text in texts.split("; ")} == dict.fromkeys(texts.split("; "), unit)


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("The dose is 20 micrograms per day.", "The dose is 20 milligrams per day."),
        ("The dose is 20 mcg per day.", "The dose is 20 mg per day."),
        ("Доза становить 20 мкг на добу.", "Доза становить 20 мг на добу."),
        ("Der Querschnitt beträgt 2,5 mm².", "Der Querschnitt beträgt 2,5 m²."),
        ("The store holds 10 lb of powder.", "The store holds 10 kg of powder."),
        ("The motor draws 16 A at full load.", "The motor draws 16 mA at full load."),
        ("The motor draws 16 A at full load.", "The motor draws 16 kW at full load."),
        ("The supply is protected by a 16 A fuse.", "The supply is protected by a 16 V fuse."),
        ("Двигун споживає 16 А.", "Двигун споживає 16 кВт."),
        ("Напруга становить 230 В.", "Напруга становить 230 кВ."),
        ("Die Haftung ist auf 5 Mio. Euro begrenzt.", "Die Haftung ist auf 5 Mio. Dollar begrenzt."),
        ("Ο φόρος είναι 5 τοις χιλίοις της αξίας.", "Ο φόρος είναι 5 τοις εκατό της αξίας."),
        ("Penalitatea este de 5 la sută din preț.", "Penalitatea este de 5 la mie din preț."),
        ("Termenul de plată este de 30 de zile.", "Termenul de plată este de 30 de luni."),
        ("The room has 20 square metres.", "The room has 20 cubic metres."),
        ("Das Grundstück misst 3 ha.", "Das Grundstück misst 3 m²."),
        ("Der Motor leistet 90 PS.", "Der Motor leistet 90 kW."),
    ],
)
def test_unit_of_another_size_is_not_what_was_said(said: str, other: str) -> None:
    checker = Checker([PassageText(said)], "")
    assert checker.verdict(said).supported
    assert checker.verdict(other).why is Why.UNIT


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("5 Mio. Euro", 5e6, "€"),
        ("5 mio. EUR", 5e6, "€"),
        ("fünf Mio. Euro", 5e6, "€"),
        ("20 Tsd. Euro", 2e4, "€"),
        ("2 тис. грн", 2e3, "грн"),
        ("5 млрд. грн", 5e9, "грн"),
        ("5 mil. lei", 5e6, "RON"),
        ("5 mld. lei", 5e9, "RON"),
        ("5 tis. evrov", 5e3, "€"),
        ("5 milioane de lei", 5e6, "RON"),
        ("30 de zile", 30, "day"),
        ("treizeci de zile", 30, "day"),
        ("30 de documente", 30, ""),
        ("30 de", 30, ""),
        ("5 mn kronor", 5e6, "SEK"),
        ("5 mdr kr", 5e9, "SEK"),
        ("5 χιλ. ευρώ", 5e3, "€"),
        ("5 εκατ. ευρώ", 5e6, "€"),
        ("5 δισ. ευρώ", 5e9, "€"),
        ("$5m", 5e6, "$"),
        ("£5 m", 5e6, "£"),
        ("$5k", 5e3, "$"),
        ("$5bn", 5e9, "$"),
        ("5m euros", 5e6, "€"),
        ("5 m", 5, "m"),
        ("5 m EUR 20", 5, "m"),
        ("5 mil", 5, "mi"),
        ("5 K", 5, "K"),
        ("5 χιλ.", 5, "mm"),
        ("5 million. Euro", 5e6, ""),
    ],
)
def test_magnitude_may_be_short_and_have_a_stop(text: str, value: float, unit: str) -> None:
    found = quantities_in(text)[0]
    assert (found.values, found.unit) == (frozenset((value,)), unit)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("1500 U/min", [(1500, "rpm")]),
        ("1500 min-1", [(1500, "rpm")]),
        ("1500 min–1 bei Volllast", [(1500, "rpm")]),
        ("1500 1/min", [(1500, "rpm")]),
        ("5 min-10 min", [(5, "min"), (10, "min")]),
        ("30 min–1 h", [(30, "min"), (1, "h")]),
        ("5 m^3", [(5, "m³")]),
        ("5 τοις εκατό", [(5, "%")]),
        ("ΠΕΝΤΕ ΤΟΙΣ ΕΚΑΤΟ", [(5, "%")]),
        ("πέντε τοις εκατό", [(5, "%")]),
        ("5 τοις χιλίοις", [(5, "‰")]),
        ("5 per cent", [(5, "%")]),
        ("five per cent", [(5, "%")]),
        ("5 per mille", [(5, "‰")]),
        ("5 la sută", [(5, "%")]),
        ("5 la mie", [(5, "‰")]),
        ("5 vom Hundert", [(5, "%")]),
        ("5 v. H.", [(5, "%")]),
        ("5 vom Tausend", [(5, "‰")]),
        ("5 проміле", [(5, "‰")]),
        ("5 per centre", [(5, "")]),
    ],
)
def test_unit_of_several_parts_holds_no_further_figure(text: str, figures: list[tuple[float, str]]) -> None:
    assert [(max(each.values), each.unit) for each in quantities_in(text)] == figures


def test_pounds_may_be_a_weight_or_money() -> None:
    assert (
        Checker([PassageText("The store holds 10 lb of powder.")], "")
        .verdict("The store holds 10 pounds of powder.")
        .supported
    )
    checker = Checker([PassageText("The ticket costs £10 at the door.")], "")
    assert checker.verdict("The ticket costs 10 pounds at the door.").supported
    assert checker.verdict("The ticket costs 10 dollars at the door.").why is Why.UNIT


def test_thousandth_of_an_amount_is_another_unit() -> None:
    passage = PassageText("Critical values: creatinine 600 µmol/l, ammonia 100 µmol/l.")
    checker = Checker([passage], "Which creatinine is critical?")
    assert checker.verdict("Creatinine is critical at 600 µmol/l.").supported
    assert checker.verdict("Creatinine is critical at 600 mmol/l.").why is Why.UNIT


def test_word_behind_a_unit_is_not_taken_for_what_it_is_counted_by() -> None:
    checker = Checker([PassageText("The shelf carries a load of 12 kg. Nothing heavier may be put on it.")], "")
    assert checker.verdict("A load of 12 kg is allowed on the shelf.").why is not Why.UNIT
    assert checker.verdict("A load of 12 kg per second is allowed on the shelf.").why is Why.UNIT
