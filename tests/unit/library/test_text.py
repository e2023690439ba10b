"""Mending, folding, sentences and finding a sentence on a page."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi3desk.library.text import fold, locate, reflow, seen, sentence_spans, sentences

PAGE = (
    "The pump must be inspected before each start, and con\x02\r\nsistently lubri-\r\ncated with oil of the grade "
    "named in\r\nthe table below. It is stopped at once when the seal\r\nleaks.\r\nTable 2\r\nGrade 1 32 46\r\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith set 3.5 bar. Then he left.", ["Dr. Smith set 3.5 bar.", "Then he left."]),
        ("Am 3. Mai kam Dr. Ho. Er prüfte z.B. Ventile.", ["Am 3. Mai kam Dr. Ho.", "Er prüfte z.B. Ventile."]),
        ("Η αντλία λειτουργεί; Ναι, βλ. Σχήμα 2.", ["Η αντλία λειτουργεί;", "Ναι, βλ. Σχήμα 2."]),
        ("Це коштує 5 тис. Грн. не вказано! Далі.", ["Це коштує 5 тис. Грн. не вказано!", "Далі."]),
        ("Črpalko npr. Grundfos ustavite. Nato jo odprite.", ["Črpalko npr. Grundfos ustavite.", "Nato jo odprite."]),
        ("Pompa s-a oprit. Vezi art. 5 din lege.", ["Pompa s-a oprit.", "Vezi art. 5 din lege."]),
        ("Byt t.ex. Oljefiltret. Kontrollera trycket!", ["Byt t.ex. Oljefiltret.", "Kontrollera trycket!"]),
    ],
)
def test_sentences_keep_abbreviations_and_ordinals_together(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The contract ends on Dec. 31, 2024 at noon.",
        "It opened on Jan. 5 and closed.",
        "See p. 5 for the table.",
        "Items Nos. 5 and 6 are spare, as is No. A-12.",
        "Use Ver. 2 of the program.",
        "It led to the case of FCC v. Pacifica Foundation.",
        "Smith & Co. v. Jones Ltd. was cited.",
        "It costs 5 EUR excl. VAT and 6 EUR incl. VAT.",
        "Die 2. Stufe beginnt um acht Uhr.",
        "Im 3. Quartal steigt der Umsatz.",
        "In der 2. Stufe wird Argon eingeleitet.",
        "Dazu gehören u. a. Argon und Helium.",
        "Edelgase, d. h. Argon, sind erlaubt.",
        "Siehe Abschn. 4 in Bd. 2 des Vertrags.",
        "Anna Kranjc, geb. Novak, und Hr. Huber unterschreiben.",
        "Die Firma, gegr. 1950, baut Pumpen.",
        "Podjetje Alfa d. o. o. Ljubljana dobavi črpalko.",
        "Podjetje Beta d. d. Maribor plača.",
        "Velja 5. odst. 3. člena zakona.",
        "Stavba, zgrajena l. 2020, stoji na Ljubljanski c. 5 v Celju.",
        "Temperatura je pribl. 20 °C, traja cca. 20 minut ali ga. 30 minut.",
        "Byt bl. a. Oljefiltret, det tar ung. 20 minuter.",
        "Durează aprox. 20 de minute.",
        "Σύμφωνα με το άρθ. 5 του ν. 4548/2018 ισχύει.",
        "Відповідно до ч. 2 статті 5 діє правило.",
        "Він живе на вул. Хрещатик, буд. 5, кв. 10 у Києві.",
        "Заява гр. Петренка розглядається 2 год. 20 хв. 30 с.",
        "Це триває 5 год. 30 хвилин або 5 хв. 1,5 сек. щоразу.",
        "Der Vertrag gilt bis 20. Dez. 2024 und ab 3. März wieder.",
        "Legen Sie es am 5. Jan. 2025 vor.",
        "Rok za oddajo vlog je 15. 3. 2024.",
        "Pogodba velja od 1. 1. 2024 do 31. 12. 2024 [1].",
        "Počitnice so od 1. 7. do 31. 8., vloge pa do 15. 3.",
        "Oddati jo je treba do 15. 3.",
        "Die Sitzung fand am 15. 03.2024 statt.",
        "Termenul este 15. 03. 2024 la ora 12.",
        "Η προθεσμία λήγει στις 5. 12. 2024.",
        "Строк подання – 15. 3. 2024 року.",
        "Fristen går ut den 15. 3. 2024.",
    ],
)
def test_full_stop_of_an_abbreviation_or_an_ordinal_ends_no_sentence(sentence):
    assert sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The answer is in 2.", "The pump starts."),
        ("Set the valve to position 3.", "Then wait."),
        ("The answer is no.", "The valve is shut."),
        ("It weighs 5 kg.", "The rest is oil."),
        ("Store it below 25 °C.", "Do not freeze it."),
        ("Lagern Sie es unter 25 °C.", "Nicht einfrieren."),
        ("The motor is built for 40°C.", "It stops above."),
        ("The supply is 5 v.", "The pump stops."),
        ("We have a plan for March.", "It is good."),
        ("The pump runs in Dec.", "The valve is closed."),
        ("Turn to page 5.", "The table is there."),
        ("Die Leistung liegt bei 3.", "Die Pumpe läuft."),
        ("Er nahm die 2.", "Dann ging er."),
        ("Das Fest ist im 3.", "Danach ist Ruhe."),
        ("Videl sem ga.", "Nato je odšel."),
        ("Dolijte 20 l.", "5 minut počakajte."),
        ("Temperatura je 20.", "Črpalka teče."),
        ("Han är ung.", "Hon är gammal."),
        ("Це триває 20 хв.", "Потім насос зупиняють."),
        ("Зважте 5 гр.", "Солі додайте потім."),
        ("Зачекайте 5 хв.", "3 насоси працюють."),
        ("Зачекайте 2 год.", "30 секцій працюють."),
        ("Насос працює 5 год.", "3 хвилі минули."),
        ("Byt filter den 5.", "Starta pumpen."),
        ("Nur bis 20.", "Prüfen Sie den Druck."),
        ("Der Druck steigt ab 5.", "Ventile bleiben zu."),
        ("Byt filter den 5.", "Jan startar pumpen."),
        ("Η πίεση είναι 5.", "Η αντλία λειτουργεί."),
        ("Rok je 15. 3. 2024.", "Vloge se oddajo po pošti."),
        ("Die Frist endet am 15. 3. 2024.", "15 Tage danach ist Schluss."),
        ("The answer is 40.", "3. 2024 was good."),
        ("The answer is in 2.", "2024 was a good year."),
        ("Set the valve to position 3.", "4. Then wait."),
        ("It takes 15.", "30. 2024 of them are here."),
    ],
)
def test_sentence_ends_where_its_last_word_only_looks_like_one(first, second):
    assert sentences(f"{first} {second}") == [first, second]


@pytest.mark.parametrize(
    ("words", "count"), [("im 5. Xy ", 1), ("A. ", 1), ("A.", 1), ("z. B. Öl ", 1), ("; ", 1), ("It is. ", 10_000)]
)
def test_sentences_of_a_long_text_are_parted_in_no_time(words, count):
    assert len(sentences(words * 10_000 + ".")) in (count, count + 1)


def test_mend_joins_hyphenated_words_and_keeps_rows_apart() -> None:
    shown = reflow(PAGE)
    assert "and consistently lubricated with oil" in shown
    assert shown.splitlines()[-2:] == ["Table 2", "Grade 1 32 46"]


@pytest.mark.parametrize("end", ["-\n", "-\r\n", "\x02\r\n", "\ufffe\r\n"])
@pytest.mark.parametrize(
    ("parted", "shown"),
    [
        ("einen Ein|und Ausgang", "einen Ein- und Ausgang"),
        ("drei|bis viermal", "drei- bis viermal"),
        ("Vor|oder Nachlauf", "Vor- oder Nachlauf"),
        ("in|och utgångarna", "in- och utgångarna"),
        ("en|eller trefas", "en- eller trefas"),
        ("a one|or two-stage pump", "a one- or two-stage pump"),
        ("worm|or chain-driven", "worm- or chain-driven"),
        ("low|to medium-voltage", "low- to medium-voltage"),
        ("oil|and gas-fired", "oil- and gas-fired"),
        ("vhodno|in izhodne priključke", "vhodno- in izhodne priključke"),
        ("eno|ali dvofazni priključek", "eno- ali dvofazni priključek"),
        ("mono|sau trifazat", "mono- sau trifazat"),
        ("одно|та трифазні", "одно- та трифазні"),
        ("водо|і газопостачання", "водо- і газопостачання"),
        ("μονο|ή τριφασικό", "μονο- ή τριφασικό"),
        ("νερο|και λαδόμετρο", "νερο- και λαδόμετρο"),
        ("ON|AND OFF SWITCHES", "ON- AND OFF SWITCHES"),
        ("a bed|and-breakfast house", "a bed-and-breakfast house"),
        # words that end like a conjunction
        ("with|in the case", "within the case"),
        ("made of prote|in and oil", "made of protein and oil"),
        ("iz prote|in čistih maščob", "iz protein čistih maščob"),
        ("the superi|or two-stage pump", "the superior two-stage pump"),
        ("the mot|or turns", "the motor turns"),
        ("the oper|and is lost", "the operand is lost"),
        ("in|to two-stage pumps", "into two-stage pumps"),
        ("ein manu|eller Eingriff", "ein manueller Eingriff"),
        ("ett par di|oder lyser", "ett par dioder lyser"),
        ("der Fil|ter und die Au|to", "der Filter und die Auto"),
        ("vsi materi|ali črpalke", "vsi materiali črpalke"),
        ("ale fa|sau cu to|tuși", "ale fasau cu totuși"),
        ("на робо|та насоса", "на робота насоса"),
        ("η ρο|ή του νερού", "η ροή του νερού"),
    ],
)
def test_hyphen_for_the_end_of_a_later_word_stays_before_a_conjunction(parted, shown, end):
    assert reflow(parted.replace("|", end), []) == shown


@pytest.mark.parametrize("end", ["-\n", "\x02\r\n"])
def test_word_parted_on_several_lines_is_made_whole(end):
    assert reflow(end.join(("Die Donau", "dampf", "schiff", "fahrt ruht.")), []) == "Die Donaudampfschifffahrt ruht."


@pytest.mark.parametrize(("line", "shown"), [("ein{}-\nund ", "ein{}- und "), ("izhodno{}-\nin ", "izhodno{}in ")])
def test_hyphens_of_a_long_text_are_read_in_no_time(line, shown):
    numbers = ["".join("abcdefghij"[int(digit)] for digit in str(number)) for number in range(8_000)]
    text = "".join(line.format(number) for number in numbers)
    assert reflow(text, []) == "".join(shown.format(number) for number in numbers).strip()


def test_soft_hyphen_within_a_word_shows_nothing():
    assert reflow("SICHERHEITS\u00adVORSCHRIFTEN für Java\u00adScript und Ma\u00adschi\u00adnen", []) == (
        "SICHERHEITSVORSCHRIFTEN für JavaScript und Maschinen"
    )
    # fonts of PDFs call their hyphen so: figures must not run together
    assert reflow("10\u00ad20 mm, Typ\u00ad5", []) == "10-20 mm, Typ-5"


def test_locate_finds_a_mended_sentence_in_the_raw_page() -> None:
    sentence = sentences(reflow(PAGE))[0].upper()
    start, end = locate(PAGE, sentence) or (0, 0)
    assert PAGE[start:end].startswith("The pump must")
    assert PAGE[start:end].endswith("table below")


def test_locate_prefers_the_expected_range() -> None:
    page = "Check the oil. Change the filter. Check the oil."
    assert locate(page, "check the oil", 20, len(page)) == (34, 47)
    assert locate(page, "check the oil", 0, 20) == (0, 13)
    assert locate(page, "check the brakes") is None


def test_locate_bridges_letters_that_an_extractor_lost() -> None:
    page = "The operator sha\x01ll never open the guard while the spindle is still turning at speed."
    assert locate(page, "The operator shaktll never open the guard while the spindle is still turning at speed.")


def test_fold_makes_case_marks_and_apostrophes_equal() -> None:
    assert fold("Внутрішньом’язово") == fold("ВНУТРІШНЬОМ'ЯЗОВО")
    assert fold("ČŠŽ Größe Άλφα ﬁlter") == "csz grosse αλφα filter"


@given(st.text(max_size=300))
def test_sentence_spans_are_in_order_and_lose_no_letter(text: str) -> None:
    spans = sentence_spans(text)
    assert all(a < b <= c < d for (a, b), (c, d) in pairwise(spans))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


def test_name_is_seen_as_it_reads():
    assert seen("bidi\u202egpj.txt") == "bidigpj.txt"
    assert seen("a\nb\u200b\u2028c\x1b[31m") == "a b c[31m"
    assert seen("نمی\u200cخواهم.pdf") == "نمی\u200cخواهم.pdf"
    assert seen("Größe (2).pdf") == "Größe (2).pdf"


def test_a_printed_line_may_begin_with_figures_in_the_middle_of_a_sentence() -> None:
    sentence = "In 2025, 1.3 % of all were refused. The reason most often given was clotting with\n0.6 %, then 0.3 %."
    table = "Test Remark from H Not reported from H Direction of the error, in words\nIron 75 150 4\nZinc 9 8 7"
    assert "clotting with 0.6 %, then" in reflow(sentence)
    assert reflow(table).count("\n") == 2
    assert reflow(f"{sentence}\n{table}").count("\n") == 3
