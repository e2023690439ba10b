"""Figures written as words are those that they say, in the language of their text alone."""

import sys

import pytest

from phi3desk.chat.grounding.number_words import numbers_in_words
from phi3desk.chat.grounding.quantities import quantities_in


def figures(text: str, language: str) -> list[tuple[float, str]]:
    return [(value, each.unit) for each in quantities_in(text, language) for value in each.values]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "thirteen bolts and ninety-nine nuts", [(13, ""), (99, "")]),
        ("en", "after two hundred and fifty hours", [(250, "h")]),
        ("en", "between one hundred and two hundred bar", [(100, "bar"), (200, "bar")]),
        ("en", "2 hundred hours, five million euros", [(200, "h"), (5_000_000, "€")]),
        ("de", "neunzig Tage, fünfundfünfzig Stunden", [(90, "day"), (55, "h")]),
        ("de", "zweitausendfünfhundert Stunden, dreimal", [(2500, "h"), (3, "")]),
        ("de", "viermal, fünfmal, zwölfmal täglich, hundertmal", [(4, ""), (5, ""), (12, ""), (100, "")]),
        ("de", "zwanzigmal fünf Bolzen", [(20, ""), (5, "")]),
        ("sl", "dvakrat, štirikrat, petkrat dnevno, petindvajsetkrat", [(2, ""), (4, ""), (5, ""), (25, "")]),
        ("sl", "petindvajset ur, dvesto petdeset ur, osemnajstih mesecev", [(25, "h"), (250, "h"), (18, "month")]),
        ("el", "είκοσι πέντε ώρες, διακόσιες πενήντα ώρες", [(25, "h"), (250, "h")]),
        ("uk", "двадцять п'ять годин, дев’яносто днів, тисяча годин", [(25, "h"), (90, "day"), (1000, "h")]),
        ("uk", "п'ятнадцяти хвилин, п'ять мільйонів гривень", [(15, "min"), (5_000_000, "грн")]),
        ("ro", "douăzeci și cinci, două sute, o mie", [(25, ""), (200, ""), (1000, "")]),
        ("ro", "nouă ore", [(9, "h")]),
        ("sv", "tjugofem timmar, tvåhundrafemtio timmar, sex bultar", [(25, "h"), (250, "h"), (6, "")]),
    ],
)
def test_words_are_read_as_their_figure(language, text, found):
    assert figures(text, language) == found


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "both valves, the sex of the patient, a three-phase motor, one valve"),
        ("de", "einmal, diesmal, zumal"),
        ("sl", "enkrat, nekajkrat"),
        ("de", "beide Ventile, ein Jahrhundert, Sieben Sie das Mehl"),
        ("sl", "oba ventila iz plastike PET"),
        ("el", "μία αντλία"),
        ("uk", "обидва клапани"),
        ("ro", "ambele pompe, o pompă nouă, noua pompă"),
        ("sv", "båda ventilerna är normala"),
    ],
)
def test_words_that_count_nothing_are_no_figure(language, text):
    assert figures(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "unit", "optional"),
    [
        ("en", "lasts one year", "year", False),
        ("en", "lasts a year", "year", True),
        ("en", "a one-year guarantee", "year", True),
        ("en", "take one tablet", "pieces", True),
        ("de", "gilt ein Jahr", "year", True),
        ("de", "nach einer ganzen Stunde", "h", True),
        ("sl", "velja eno leto", "year", False),
        ("el", "ισχύει ένα έτος", "year", True),
        ("uk", "діє один рік", "year", False),
        ("ro", "este valabilă un an", "year", True),
        ("sv", "gäller ett år", "year", True),
        ("sv", "en gång om dagen", "pieces", True),
    ],
)
def test_one_is_a_figure_before_what_is_counted(language, text, unit, optional):
    found = quantities_in(text, language)
    assert [(each.values, each.unit, each.optional) for each in found] == [({1.0}, unit, optional)]


def test_one_of_a_range_has_its_unit():
    assert figures("one to two years", "en") == [(1, "year"), (2, "year")]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "one and a half hours", 1.5),
        ("en", "two and a half hours", 2.5),
        ("de", "anderthalb Stunden", 1.5),
        ("de", "eineinhalb Stunden", 1.5),
        ("de", "zweieinhalb Stunden", 2.5),
        ("sl", "dve in pol uri", 2.5),
        ("sl", "poldruga ura", 1.5),
        ("el", "ενάμισι ώρα", 1.5),
        ("el", "δύο και μισή ώρες", 2.5),
        ("uk", "півтори години", 1.5),
        ("uk", "два з половиною години", 2.5),
        ("ro", "două și jumătate ore", 2.5),
        ("sv", "en och en halv timme", 1.5),
        ("sv", "två och en halv timme", 2.5),
    ],
)
def test_half_of_one_more_belongs_to_its_figure(language, text, value):
    assert figures(text, language) == [(value, "h")]


@pytest.mark.parametrize("text", ["5 mg a day", "two tablets a day", "one of the hours", "one pump"])
def test_one_that_counts_nothing_is_no_figure(text):
    assert 1 not in [value for value, _ in figures(text, "en")]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "thirteen sixteen seventeen eighteen nineteen seventy eighty ninety"),
        ("de", "dreizehn sechzehn siebzehn achtzehn neunzehn siebzig achtzig neunzig"),
        ("sl", "trinajst šestnajst sedemnajst osemnajst devetnajst sedemdeset osemdeset devetdeset"),
        ("el", "δεκατρία δεκαέξι δεκαεπτά δεκαοκτώ δεκαεννέα εβδομήντα ογδόντα ενενήντα"),
        ("uk", "тринадцять шістнадцять сімнадцять вісімнадцять дев'ятнадцять сімдесят вісімдесят дев'яносто"),
        ("ro", "treisprezece șaisprezece șaptesprezece optsprezece nouăsprezece șaptezeci optzeci nouăzeci"),
        ("sv", "tretton sexton sjutton arton nitton sjuttio åttio nittio"),
    ],
)
def test_no_ten_is_missing(language, words):
    text = ", ".join(words.split())
    assert [value for value, _ in figures(text, language)] == [13, 16, 17, 18, 19, 70, 80, 90]


@pytest.mark.parametrize(("language", "word"), [("sl", "sto"), ("de", "tausend"), ("sv", "hundra"), ("", "sto")])
def test_word_longer_than_any_figure_is_none(language, word):
    assert figures(word * 1000, language) == []


def test_longest_figure_in_one_word_is_read():
    word = "siebenhundertundsiebenundsiebzigtausendsiebenhundertundsiebenundsiebzig"
    assert figures(word, "de") == [(777_777, "")]


def test_longest_figure_in_many_words_is_read():
    below_a_thousand = "nine hundred and ninety-nine"
    text = " ".join(f"{below_a_thousand} {times}" for times in ("billion", "million", "thousand"))
    assert figures(f"{text} {below_a_thousand} bolts", "en") == [(999_999_999_999, "")]


def calls_to_read(text: str, language: str) -> int:
    """Return how often anything is called until the figures of a text are read."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        numbers_in_words(text, language)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize(("language", "word"), [("en", "one "), ("en", "million "), ("", "sto ")])
def test_twice_the_words_are_twice_the_work(language, word):
    calls_to_read(word, language)
    assert calls_to_read(word * 800, language) < 2.1 * calls_to_read(word * 400, language)


def test_text_is_asked_once_whether_it_is_in_capitals():
    class Asked(str):
        times = 0

        def isupper(self) -> bool:
            Asked.times += 1
            return super().isupper()

    assert numbers_in_words(Asked("the PET bottles and the PET caps"), "sl") == []
    assert Asked.times == 1
