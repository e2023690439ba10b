"""A claim is supported by what a passage says, and by nothing that only looks like it."""

from collections.abc import Sequence

import numpy as np
import pytest

from phi3desk.chat.grounding.check import Checker, PassageText
from phi3desk.chat.grounding.meaning import WordVectors
from phi3desk.chat.grounding.statements import Word
from phi3desk.chat.messages import Why

FIRE = (
    "Suitable: foam, dry powder, carbon dioxide, sand. Unsuitable: a full jet of water, which spreads burning grease. "
    "Firefighters wear breathing apparatus above 80 °C."
)
BEARING = (
    "The main bearing is lubricated with grease. It must be re-greased every 2,000 operating hours with 30 g of "
    "lithium complex grease. Do not over-grease. Above 80 °C the interval is halved."
)
SAMPLES = {
    "en": BEARING,
    "de": "Das Hauptlager wird alle 2.000 Betriebsstunden mit 30 g Fett geschmiert. Nicht überfetten.",
    "sl": "Glavni ležaj se maže vsakih 2.000 obratovalnih ur s 30 g masti. Ne mažite preveč.",
    "el": "Το κύριο ρουλεμάν λιπαίνεται κάθε 2.000 ώρες λειτουργίας με 30 g γράσου.",
    "uk": "Головний підшипник змащують кожні 2000 годин роботи, 30 г мастила. Не змащуйте надмірно.",
    "ro": "Lagărul principal se gresează la fiecare 2.000 de ore de funcționare cu 30 g de unsoare..",
    "sv": "Huvudlagret smörjs var 2 000:e drifttimme med 30 g fett. Smörj inte för mycket.",
}
CLAIMS = {
    "en": ("The main bearing gets 30 g of grease every 2,000 hours.", "The main bearing gets 50 g of grease."),
    "de": ("Das Hauptlager wird mit 30 g Fett geschmiert.", "Das Hauptlager wird mit 50 g Fett geschmiert."),
    "sl": ("Glavni ležaj se maže s 30 g masti.", "Glavni ležaj se maže s 50 g masti."),
    "el": ("Το κύριο ρουλεμάν λιπαίνεται με 30 g γράσου.", "Το κύριο ρουλεμάν λιπαίνεται με 50 g γράσου."),
    "uk": ("Підшипник змащують кожні 2000 годин.", "Підшипник змащують кожні 500 годин."),
    "ro": ("Lagărul se gresează cu 30 g de unsoare.", "Lagărul se gresează cu 50 g de unsoare."),
    "sv": ("Huvudlagret smörjs med 30 g fett.", "Huvudlagret smörjs med 50 g fett."),
}


def verdict(passage: str, claim: str, question: str = ""):
    return Checker([PassageText(passage)], question).verdict(claim)


@pytest.mark.parametrize("language", sorted(SAMPLES))
def test_a_changed_figure_is_not_supported_in_any_language(language):
    true, changed = CLAIMS[language]
    found = verdict(SAMPLES[language], true)
    assert found.supported, found
    found = verdict(SAMPLES[language], changed)
    assert (found.supported, found.why) == (False, Why.FIGURE)


def test_what_a_page_forbids_is_not_supported_by_it():
    found = verdict(FIRE, "A grease fire can be put out with a water hose.", "How is a grease fire put out?")
    assert not found.supported


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("A full jet of water is suitable.", Why.NEGATION),
        ("The bearing must be re-greased every 2,000 days.", Why.UNIT),
        ("Below 80 °C the interval is halved.", Why.CONDITION),
        ("The main bearing must be re-greased every 500 operating hours.", Why.FIGURE),
    ],
)
def test_the_reason_is_named(claim, why):
    found = verdict(f"{FIRE} {BEARING}", claim)
    assert (found.supported, found.why) == (False, why)


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        (FIRE, "Water is dangerous because it spreads burning grease."),
        (
            "Ungeeignet: Wasservollstrahl, der brennendes Fett verteilt.",
            "Ein Wasservollstrahl ist gefährlich, weil er brennendes Fett verteilt.",
        ),
        (
            "Neprimerno: poln vodni curek, ki raznaša gorečo maščobo.",
            "Poln vodni curek je nevaren, ker raznaša gorečo maščobo.",
        ),
        (
            "Olämpligt: full vattenstråle, som sprider brinnande fett.",
            "En full vattenstråle är farlig, eftersom den sprider brinnande fett.",
        ),
    ],
)
def test_that_a_thing_does_harm_fits_what_is_denied_of_it(passage, claim):
    assert verdict(passage, claim).supported


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("The gas is not dangerous to people.", "The gas is dangerous to people."),
        ("Dangerous goods must not be stored here.", "Dangerous goods may be stored here."),
        ("Such goods must not be stored here.", "Dangerous goods may be stored here."),
        ("Plin ni nevaren za ljudi.", "Plin je nevaren za ljudi."),
        ("Gasen är inte farlig för människor.", "Gasen är farlig för människor."),
    ],
)
def test_that_a_thing_does_no_harm_is_a_denial(passage, claim):
    found = verdict(passage, claim)
    assert (found.supported, found.why) == (False, Why.NEGATION)


def test_the_words_of_the_question_are_no_evidence():
    question = "Which bolts hold the casing of the circulation pump?"
    assert not verdict(
        "The circulation pump has a casing. " + BEARING, "The casing bolts of the pump are M16.", question
    ).supported


def test_the_sentence_that_holds_the_answer_is_the_one_that_is_named():
    found = verdict(BEARING, "Every 2,000 operating hours.", "How often is the main bearing re-greased?")
    assert found.supported
    assert found.sentence.startswith("It must be re-greased every 2,000 operating hours")


@pytest.mark.parametrize(
    ("passage", "true", "other"),
    [
        (
            "Lowest continuous flow 180 m³/h Highest continuous flow 780 m³/h",
            "The lowest continuous flow is 180 m³/h.",
            "The lowest continuous flow is 780 m³/h.",
        ),
        (
            "Das Arzneimittel wird mit höchstens 10 ml pro Stunde infundiert.",
            "Das Arzneimittel wird mit 10 ml pro Stunde infundiert.",
            "Das Arzneimittel wird mit 10 ml pro Minute infundiert.",
        ),
        (
            "Die Schichtleitung tauscht Dienste nur mit Zustimmung der Betriebsleitung.",
            "Die Schichtleitung tauscht Dienste mit Zustimmung der Betriebsleitung.",
            "Die Betriebsleitung tauscht Dienste nur mit Zustimmung der Schichtleitung.",
        ),
        (
            "Leverantören betalar ett vite om 0,5 % av priset.",
            "Leverantören betalar ett vite om 0,5 %.",
            "Beställaren betalar ett vite om 0,5 % av priset.",
        ),
        (
            "Мастила з різними загущувачами змішувати заборонено.",
            "Змішувати мастила з різними загущувачами не можна.",
            "Змішувати мастила з різними загущувачами дозволено.",
        ),
    ],
)
def test_what_is_said_of_something_else_or_of_another_is_less_supported(passage, true, other):
    assert verdict(passage, true).score > verdict(passage, other).score + 0.1


def test_a_row_is_read_under_its_head_and_cell_by_cell():
    table = (
        "Connection Thread Class Number Torque\nCasing to casing cover M20 8.8 16 280 N·m\n"
        "Bearing cover M10 8.8 8 35 N·m"
    )
    question = "What torque do the casing bolts need?"
    found = verdict(table, "The casing bolts need a torque of 280 N·m.", question)
    assert found.supported
    assert found.sentence == "Casing to casing cover M20 8.8 16 280 N·m"
    assert not verdict(table, "The casing bolts need a torque of 35 N·m.", question).supported


def test_a_cell_of_a_row_denies_nothing_of_another():
    table = (
        "Test Specimen At 20 to 25 °C At 2 to 8 °C\nPotassium Whole blood, not spun 4 hours not allowed\n"
        "Potassium Plasma on gel, spun 24 hours 7 days"
    )
    question = "How long may unspun blood for potassium stand at room temperature?"
    assert verdict(
        table, "The unspun blood for potassium may stand at room temperature for 4 hours.", question
    ).supported


class Says:
    """An encoder that says the same of every pair."""

    def __init__(self, odds: float) -> None:
        self.odds = odds
        self.read: list[tuple[str, str]] = []

    def read_claims(self, pairs: Sequence[tuple[str, str]]) -> list[float] | None:
        self.read += pairs
        return [self.odds] * len(pairs)


def test_encoder_does_not_lift_what_says_the_question_again_or_what_words_speak_against():
    question = "Can a grease fire be put out with a water hose?"
    # what the encoder said of this very pair
    checker = Checker([PassageText(FIRE)], question, reader=Says(0.87))
    assert not checker.verdict("Yes, a grease fire can be put out with a water hose.").supported
    how = Checker([PassageText(FIRE)], "How is a grease fire put out?", reader=Says(0.87))
    assert not how.verdict("A grease fire can be put out with a water hose.").supported
    assert Checker([PassageText(FIRE)], "", reader=Says(3.0)).verdict("Foam smothers such flames.").supported


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("Not suitable for children.", "Suitable for children."),
        ("The annual fee is 500 EUR including VAT.", "The annual fee is 500 EUR excluding VAT."),
        ("The annual fee is 500 EUR incl. VAT.", "The annual fee is 500 EUR excl. VAT."),
        ("Priset är 500 EUR inkl. moms.", "Priset är 500 EUR exkl. moms."),
    ],
)
def test_encoder_does_not_lift_what_a_sentence_says_the_other_way_round(passage, claim):
    assert not Checker([PassageText(passage)], "", reader=Says(3.0)).verdict(claim).supported
    assert Checker([PassageText(passage)], "", reader=Says(3.0)).verdict(passage).supported


def test_encoder_lowers_and_lifts_what_words_tell():
    claim = "The interval is halved above 80 degrees."
    passage = PassageText("Where the bearing stays hotter than 80 °C, grease it every 1,000 hours in place of 2,000.")
    low, high = (Checker([passage], "", reader=Says(odds)).verdict(claim).score for odds in (-3.0, 3.0))
    assert low < Checker([passage], "").verdict(claim).score < high


def test_encoder_reads_the_nearest_passages_only_and_long_ones_in_parts():
    says = Says(1.0)
    texts = [f"Pump {n} is greased every {n}00 hours." for n in range(1, 12)]
    Checker([PassageText(text) for text in texts], "", reader=says).verdicts("Pump 9 is greased every 900 hours.")
    assert len(says.read) == 6
    assert any("Pump 9 " in passage for _, passage in says.read)
    says.read.clear()
    long = " ".join(f"Valve {n} of the second line is closed before its cover is opened." for n in range(60))
    Checker([PassageText(long, "Valves")], "", reader=says).verdicts("Valve 59 is closed first.")
    assert len(says.read) > 2
    assert all(len(passage) < 1400 and passage.startswith("Valves\n") for _, passage in says.read)
    assert all(f"Valve {n} " in "".join(passage for _, passage in says.read) for n in range(60))


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("en-10", "Fire\n"),
        ("1026d4282a0fb8d2", "Fire\n"),
        ("Pump P-2", "Pump P-2 Fire\n"),
        ("Lubricants", "Lubricants Fire\n"),
    ],
)
def test_encoder_is_not_given_a_title_that_is_a_code(title, read):
    says = Says(1.0)
    Checker([PassageText(FIRE, title, ("Fire",))], "", reader=says).verdicts("Foam is suitable.")
    assert {passage.partition("Suitable")[0] for _, passage in says.read} == {read}


def test_claim_is_checked_by_words_where_no_encoder_is():
    class Missing:
        def read_claims(self, pairs: Sequence[tuple[str, str]]) -> list[float] | None:
            return None

    claim, passages = "Foam is suitable.", [PassageText(FIRE)]
    assert Checker(passages, "", reader=Missing()).verdict(claim) == Checker(passages, "").verdict(claim)


def test_dash_before_a_figure_is_its_minus():
    passage = "The samples are kept at –18 °C in the freezer room."
    assert verdict(passage, "The samples are kept at -18 °C.").supported
    found = verdict(passage, "The samples are kept at 18 °C.")
    assert (found.supported, found.why) == (False, Why.FIGURE)


def test_milliwatts_are_no_megawatts():
    passage = "The laser pointer has an output of 5 mW at most."
    assert verdict(passage, "The laser pointer has an output of 5 mW.").supported
    found = verdict(passage, "The laser pointer has an output of 5 MW.")
    assert (found.supported, found.why) == (False, Why.UNIT)


@pytest.mark.parametrize(
    ("passage", "true", "changed"),
    [
        (
            "Die jährliche Gebühr für die Wartung beträgt 1.250 EUR.",
            "Die Gebühr für die Wartung beträgt 1250 EUR.",
            "Die Gebühr für die Wartung beträgt 1,25 EUR.",
        ),
        (
            "Letna pristojbina za vzdrževanje znaša 1.250 EUR.",
            "Pristojbina za vzdrževanje je 1250 EUR.",
            "Pristojbina za vzdrževanje je 1,25 EUR.",
        ),
        (
            "The yearly fee for the maintenance is 1,250 EUR.",
            "The fee for the maintenance is 1250 EUR.",
            "The fee for the maintenance is 1.25 EUR.",
        ),
        (
            "The yearly fee for the maintenance is 1,250 EUR.",
            "Die Gebühr für die maintenance ist 1.250 EUR.",
            "Die Gebühr für die maintenance ist 1,25 EUR.",
        ),
    ],
)
def test_thousands_are_no_decimals(passage, true, changed):
    assert verdict(passage, true).why is Why.SUPPORTED
    assert verdict(passage, changed).why is not Why.SUPPORTED


@pytest.mark.parametrize(
    ("passage", "true", "turned"),
    [
        (
            "Take no more than 4 tablets in 24 hours.",
            "Take at most 4 tablets in 24 hours.",
            "Take more than 4 tablets in 24 hours.",
        ),
        (
            "Take no more than 4 tablets in 24 hours.",
            "Take a maximum of 4 tablets in 24 hours.",
            "Take at least 4 tablets in 24 hours.",
        ),
        (
            "Children aged 6 years and older take 10 ml.",
            "Children from 6 years take 10 ml.",
            "Children aged 6 years and younger take 10 ml.",
        ),
        (
            "The lease runs until 31 December 2025.",
            "The lease ends on 31 December 2025.",
            "The lease runs from 31 December 2025.",
        ),
        (
            "Der Druck darf 6 bar nicht überschreiten.",
            "Der Druck darf höchstens 6 bar betragen.",
            "Der Druck darf 6 bar überschreiten.",
        ),
        (
            "Kinder ab 6 Jahren nehmen 10 ml.",
            "Kinder mit 6 Jahren oder älter nehmen 10 ml.",
            "Kinder unter 6 Jahren nehmen 10 ml.",
        ),
        (
            "Ne jemljite več kot 5 tablet na dan.",
            "Jemljite največ 5 tablet na dan.",
            "Jemljite več kot 5 tablet na dan.",
        ),
        (
            "Otroci od 6 let dalje vzamejo 10 ml.",
            "Otroci, stari 6 let ali več, vzamejo 10 ml.",
            "Otroci do 6 let vzamejo 10 ml.",
        ),
        (
            "Μην λαμβάνετε περισσότερα από 4 δισκία.",
            "Λαμβάνετε το πολύ 4 δισκία.",
            "Λαμβάνετε περισσότερα από 4 δισκία.",
        ),
        (
            "Τα παιδιά άνω των 6 ετών παίρνουν 10 ml.",
            "Τα παιδιά άνω των 6 ετών παίρνουν 10 ml.",
            "Τα παιδιά έως 6 ετών παίρνουν 10 ml.",
        ),
        (
            "Не приймайте більше ніж 4 таблетки.",
            "Приймайте щонайбільше 4 таблетки.",
            "Приймайте більше ніж 4 таблетки.",
        ),
        (
            "Діти від 6 років приймають 10 мл.",
            "Діти від 6 років приймають 10 мл.",
            "Діти до 6 років приймають 10 мл.",
        ),
        (
            "Luați cel mult 4 comprimate pe zi.",
            "Luați maximum 4 comprimate pe zi.",
            "Luați mai mult de 4 comprimate pe zi.",
        ),
        (
            "Luați mai puțin de 4 comprimate pe zi.",
            "Luați mai puțin de 4 comprimate pe zi.",
            "Luați cel puțin 4 comprimate pe zi.",
        ),
        (
            "Använd inte dropparna längre än 5 dagar.",
            "Använd dropparna högst 5 dagar.",
            "Använd dropparna längre än 5 dagar.",
        ),
        (
            "Avtalet gäller till 31 december 2025.",
            "Avtalet gäller till 31 december 2025.",
            "Avtalet gäller från 31 december 2025.",
        ),
    ],
)
def test_bound_is_not_its_opposite(passage, true, turned):
    assert verdict(passage, true).supported
    found = verdict(passage, turned)
    assert (found.supported, found.why) == (False, Why.CONDITION)


@pytest.mark.parametrize("date", ["03/04/2024", "04/03/2024"])
def test_date_with_strokes_is_that_with_the_month_as_a_word(date):
    passage = f"The guarantee of the compressor ends on {date}."
    found = verdict(passage, "The guarantee of the compressor ends on March 4, 2024.")
    assert found.supported
    assert verdict(passage, "The guarantee of the compressor ends on March 5, 2024.").score < found.score - 0.2


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        (
            "Both valves of the pump are closed before it is opened.",
            "Both valves are closed before the pump is opened.",
        ),
        ("The guarantee is valid for ninety days.", "The guarantee is valid for 90 days."),
        ("Die Garantie gilt neunzig Tage.", "Die Garantie gilt 90 Tage."),
    ],
)
def test_figure_may_be_written_in_words(passage, claim):
    assert verdict(passage, claim).supported


def test_what_is_true_of_both_is_no_other_figure():
    found = verdict("The valves of the pump are closed before it is opened.", "Both valves of the pump are closed.")
    assert found.supported


SHEET = "Suitable: foam, dry powder, carbon dioxide.\nUnsuitable: a full jet of water, which spreads burning grease."


@pytest.mark.parametrize(
    ("passage", "question", "reply", "supported"),
    [
        (SHEET, "What can a grease fire be put out with?", "Foam.", True),
        (SHEET, "What can a grease fire be put out with?", "Water.", False),
        (SHEET, "What can a grease fire be put out with?", "A jet of water", False),
        (SHEET, "What is unsuitable for a grease fire?", "A full jet of water.", True),
        ("Lubricate with oil, not with water.", "What is it lubricated with?", "Water.", False),
        ("Geeignet: Schaum, Pulver. Nicht geeignet: Wasservollstrahl.", "Was ist geeignet?", "Wasservollstrahl", False),
        ("Geeignet: Schaum. Nicht geeignet: Wasser.", "Was ist nicht geeignet?", "Wasser", True),
        ("Primerno: pena, prah. Neprimerno: vodni curek.", "S čim gasimo?", "Vodni curek.", False),
        ("Κατάλληλα: αφρός. Ακατάλληλα: νερό.", "Με τι σβήνει η φωτιά;", "Με νερό.", False),
        ("Придатні: піна, порошок. Непридатна: вода.", "Чим гасити пожежу?", "Водою.", False),
        ("Adecvat: spumă, pulbere. Nu se folosește apă.", "Cu ce se stinge focul?", "Cu apă.", False),
        ("Lämpligt: skum, pulver. Olämpligt: vatten.", "Vad kan branden släckas med?", "Vatten.", False),
        ("Visitors must not enter without a helmet.", "Who must not enter without a helmet?", "Visitors.", True),
        (
            "Crane drivers decide when work in wind stops.",
            "Who decides that work does not go on?",
            "Crane drivers.",
            True,
        ),
    ],
)
def test_short_reply_says_what_was_asked_of_it(passage, question, reply, supported):
    assert verdict(passage, reply, question).supported is supported


@pytest.mark.parametrize(
    ("passage", "question", "right", "wrong"),
    [
        (
            "The drive-end bearing is greased every 2,000 hours, the other bearing every 4,000 hours.",
            "How often is the drive-end bearing greased?",
            "Every 2,000 hours.",
            "Every 4,000 hours.",
        ),
        ("Pump A is greased with 30 g.\nPump B is greased with 20 g.", "How much does pump A get?", "30 g", "20 g"),
        (
            "Das Lager 6310 wird mit 30 g geschmiert.\nDas Lager 6312 wird mit 20 g geschmiert.",
            "Wie viel Fett bekommt das Lager 6310?",
            "30 g",
            "20 g",
        ),
        (
            "Pump P1 is greased with 30 g.\nPump P2 is greased with 20 g.",
            "How much grease do they get?",
            "Pump P1 gets 30 g and pump P2 20 g.",
            "Pump P1 gets 20 g and pump P2 30 g.",
        ),
    ],
)
def test_figure_is_that_of_what_was_asked_about(passage, question, right, wrong):
    assert verdict(passage, right, question).supported
    assert not verdict(passage, wrong, question).supported


@pytest.mark.parametrize(
    ("passage", "question", "reply"),
    [
        ("The pump stands still. Cause: the fuse is blown.", "Why doesn't the pump start?", "The fuse is blown."),
        ("Gegen Lecks: Schrauben anziehen.", "Wie werden Lecks vermieden?", "Schrauben anziehen."),
        ("Brez ključa: pritisnite rdeči gumb.", "Kako ustavim črpalko brez ključa?", "Pritisnite rdeči gumb."),
        ("Forbidden in the store:\n- petrol\n- diesel\n- paint", "What is forbidden in the store?", "Petrol."),
        ("The boiler stands in the basement.", "Isn't the boiler in the basement?", "Yes, in the basement."),
    ],
)
def test_denial_in_the_question_turns_no_short_reply_round(passage, question, reply):
    assert verdict(passage, reply, question).why is not Why.NEGATION


def test_reply_that_a_denial_excepts_is_not_clearly_denied():
    clearly = verdict("Water must never be used.", "Water.", "What is used?").score
    excepted = verdict("Never work at the lathe without safety glasses.", "Safety glasses.", "What is worn?").score
    assert clearly < 0.1 < excepted


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("The solvent, which is stored outside, must not be used.", "The solvent stored outside is used."),
        ("Topilo, ki je v rdeči omari, se ne sme mešati s kislino.", "Topilo v rdeči omari se meša s kislino."),
    ],
)
def test_what_is_said_beside_a_denial_does_not_hide_it(passage, claim):
    assert not verdict(passage, claim).supported


@pytest.mark.parametrize(
    ("passage", "question", "reply"),
    [
        (
            "The pump P1 is new. It holds 20 litres.\nThe pump P2 holds 30 litres.",
            "How much does P1 hold?",
            "20 litres.",
        ),
        (
            "Annual leave: 25 days. Staff over 50 get 28 days of annual leave.",
            "How many days of annual leave are there?",
            "25 days.",
        ),
        (
            "Use 20 g of lithium grease for the pump and 30 g of lithium grease for the motor.",
            "How much grease?",
            "20 g of lithium grease for the pump and 30 g for the motor.",
        ),
    ],
)
def test_words_that_do_not_tell_figures_apart_speak_against_none(passage, question, reply):
    assert verdict(passage, reply, question).supported


def test_sentence_that_holds_nothing_of_a_claim_does_not_hide_what_another_says():
    alone = verdict("Nicht geeignet: Wasservollstrahl.", "Der Wasservollstrahl ist geeignet.")
    beside = verdict("Die Pumpe ist blau.\nNicht geeignet: Wasservollstrahl.", "Der Wasservollstrahl ist geeignet.")
    assert beside.score == pytest.approx(alone.score)


@pytest.mark.parametrize(
    ("passage", "question", "listed", "other"),
    [
        (
            "Hands: nitrile gloves, at least 0.4 mm thick.\nEyes: safety glasses.\nBody: closed work clothes.",
            "What has to be worn?",
            "Nitrile gloves, safety glasses and closed work clothes.",
            "Nitrile gloves, safety glasses and a helmet.",
        ),
        (
            "Hände: Handschuhe.\nAugen: Schutzbrille.\nFüße: Sicherheitsschuhe.",
            "Was ist zu tragen?",
            "Handschuhe, Schutzbrille und Sicherheitsschuhe.",
            "Handschuhe, Helm und Stiefel.",
        ),
        (
            "Roke: rokavice.\nOči: zaščitna očala.\nNoge: varnostni čevlji.",
            "Kaj je treba nositi?",
            "Rokavice, zaščitna očala in varnostne čevlje.",
            "Rokavice, čelado in masko.",
        ),
        (SHEET, "What is used?", "Foam, dry powder and carbon dioxide.", "Foam, dry powder and a jet of water."),
    ],
)
def test_items_of_a_list_may_stand_in_sentences_of_their_own(passage, question, listed, other):
    assert verdict(passage, listed, question).supported
    assert not verdict(passage, other, question).supported


def test_clauses_are_no_items():
    passage = "Anna runs sales.\nBoris runs purchasing.\nClara runs the shop floor."
    assert not verdict(passage, "Anna runs purchasing, Boris runs sales and Clara runs the shop floor.").supported


def test_two_clauses_are_no_list():
    passage = "The pump is cleaned daily. The valve is closed at night."
    whole = verdict(passage, "The cover is removed, and the valve is closed.")
    assert not whole.supported


STEPS = {
    "Step": ("Switch off the pump.", "Close the inlet valve.", "Remove the cover."),
    "Schritt": ("Schalten Sie die Pumpe aus.", "Schließen Sie das Einlassventil.", "Entfernen Sie den Deckel."),
    "Korak": ("Izklopite črpalko.", "Zaprite vstopni ventil.", "Odstranite pokrov."),
    "Βήμα": ("Απενεργοποιήστε την αντλία.", "Κλείστε τη βαλβίδα εισόδου.", "Αφαιρέστε το κάλυμμα."),
    "Крок": ("Вимкніть насос.", "Закрийте вхідний клапан.", "Зніміть кришку."),
    "Pasul": ("Opriți pompa.", "Închideți supapa de admisie.", "Scoateți capacul."),
    "Steg": ("Stäng av pumpen.", "Stäng inloppsventilen.", "Ta bort locket."),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("label", ["", "{n}. ", "{n}) ", "{step} {n}: "])
def test_step_is_that_of_the_passage_where_it_counts_them(step, label):
    lines = [label.format(n=n, step=step) + text for n, text in enumerate(STEPS[step], 1)]
    for passage in ("\n".join(lines), " ".join(lines)):
        for n, text in enumerate(STEPS[step], 1):
            assert verdict(passage, f"{step} {n}: {text}").supported
            found = verdict(passage, f"{step} {n % 3 + 1}: {text}")
            assert (found.supported, found.why) == ((False, Why.FIGURE) if label else (True, Why.SUPPORTED))
    assert not verdict(lines[0], f"{step} 1: {STEPS[step][2]}").supported


def test_step_that_is_done_twice_has_both_numbers():
    passage = "1. Close the valve.\n2. Remove the cover.\n3. Close the valve.\nThe valve closes by itself after 20 s."
    assert verdict(passage, "Step 1: Close the valve.").supported
    assert verdict(passage, "Step 3: Close the valve.").supported
    assert not verdict(passage, "Step 2: Close the valve.").supported
    assert not verdict(passage, "Step 4: Close the valve.").supported


def test_word_is_said_where_it_stands_and_not_where_one_alike_does():
    class Alike(WordVectors):
        """Vectors to which each word is like all others, and most like itself."""

        def __init__(self) -> None: ...

        def read(self, texts: Sequence[str]) -> bool:
            return True

        def likeness(self, claim: str, words: Sequence[Word], passage: str, others: Sequence[Word]):
            return np.array([[0.70 if word.key == each.key else 0.65 for each in others] for word in words])

    passage = "Pentru a evita accidentele, folosiți mănuși."
    checker = Checker([PassageText(passage)], "", vectors=Alike())
    assert checker.verdict("Folosiți mănuși pentru a evita accidentele.").supported
    assert not checker.verdict("Nu folosiți mănuși pentru a evita accidentele.").supported
