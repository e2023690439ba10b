"""Figures of a claim are those of a passage, however both are written."""

import pytest

from phi3desk.chat.grounding.check import Checker, PassageText
from phi3desk.chat.messages import Why

ONE_YEAR = [
    ("The guarantee lasts one year.", "The guarantee lasts 1 year."),
    ("Die Garantie gilt ein Jahr.", "Die Garantie gilt 1 Jahr."),
    ("Garancija velja eno leto.", "Garancija velja 1 leto."),
    ("Η εγγύηση ισχύει ένα έτος.", "Η εγγύηση ισχύει 1 έτος."),
    ("Гарантія діє один рік.", "Гарантія діє 1 рік."),
    ("Garanția este valabilă un an.", "Garanția este valabilă 1 an."),
    ("Garantin gäller ett år.", "Garantin gäller 1 år."),
]


def verdict(passage: str, claim: str):
    return Checker([PassageText(passage)], "").verdict(claim)


@pytest.mark.parametrize(("in_words", "in_figures"), ONE_YEAR)
def test_one_in_words_is_one_in_figures(in_words, in_figures):
    assert verdict(in_words, in_figures).supported
    assert verdict(in_words, in_words).supported
    assert verdict(in_figures, in_words).supported
    assert verdict(in_words, in_figures.replace("1", "2")).why is Why.FIGURE


@pytest.mark.parametrize(
    ("passage", "claim", "supported"),
    [
        ("The guarantee lasts two years.", "The guarantee lasts one year.", False),
        ("Garancija velja dve leti.", "Garancija velja eno leto.", False),
        ("Гарантія діє два роки.", "Гарантія діє один рік.", False),
        ("The guarantee lasts a year.", "The guarantee lasts one year.", True),
        ("Take one tablet a day.", "Take 1 tablet a day.", True),
        ("Take one tablet a day.", "Take 1 ml a day.", False),
        ("Eine Pumpe fördert das Wasser in das Becken.", "Die Pumpe fördert 1 l Wasser in das Becken.", False),
        ("Die Garantie gilt zwei Jahre.", "Die Garantie gilt ein Jahr.", False),
        ("Die Garantie gilt zwei Jahre. Die Garantie ist kostenlos.", "Die Garantie gilt ein Jahr.", False),
        ("Die Garantie beträgt 24 Monate.", "Die Garantie beträgt einen Monat.", False),
        ("The guarantee lasts two years.", "The guarantee lasts a year.", False),
        ("Η εγγύηση ισχύει δύο έτη.", "Η εγγύηση ισχύει ένα έτος.", False),
        ("Garanția este valabilă doi ani.", "Garanția este valabilă un an.", False),
        ("Garantin gäller två år.", "Garantin gäller ett år.", False),
        ("Vänta två timmar innan du öppnar.", "Vänta en timme innan du öppnar.", False),
        ("Am Tag zwei Tabletten, höchstens drei Tage lang.", "Zwei Tabletten an einem Tag.", True),
        ("Die Pumpe wird alle zwei Jahre geprüft.", "Eine Pumpe wird alle zwei Jahre geprüft.", True),
        ("Das Jahr 2023 war gut. Zwei Jahre vorher begann der Bau.", "2023 war ein gutes Jahr.", True),
        ("Wait two hours before you open the cover.", "Wait an hour before you open the cover.", False),
        ("Nach zwei Jahren wird ein Jahr verlängert.", "Ein Jahr wird nach zwei Jahren verlängert.", True),
    ],
)
def test_one_is_told_from_other_figures(passage, claim, supported):
    assert verdict(passage, claim).supported is supported


@pytest.mark.parametrize(
    ("passage", "claim", "supported"),
    [
        ("Take .5 mg of the medicine twice a day.", "Take 0.5 mg of the medicine twice a day.", True),
        ("Take .5 mg of the medicine twice a day.", "Take 5 mg of the medicine twice a day.", False),
        ("Take 1/2 tablet in the morning.", "Take 2 tablets in the morning.", False),
        ("Take 1/2 tablet in the morning.", "Take 1 tablet in the morning.", False),
        ("Take 1/2 tablet in the morning.", "Take ½ tablet in the morning.", True),
        ("The pump runs for 1 1/2 hours.", "The pump runs for 1.5 hours.", True),
        ("The pump runs for 1 1/2 hours.", "The pump runs for 1½ hours.", True),
        ("The pump runs for one and a half hours.", "The pump runs for 1.5 hours.", True),
        ("Die Pumpe läuft eineinhalb Stunden.", "Die Pumpe läuft 1,5 Stunden.", True),
        ("Die Pumpe läuft eineinhalb Stunden.", "Die Pumpe läuft 2,5 Stunden.", False),
        (
            "Animalele marine din acest lac au corpul lung de 1,5 metri.",
            "Animalele marine din acest lac au corpul lung de un metru și jumătate.",
            True,
        ),
        ("The pump runs for an hour and a half.", "The pump runs for 1.5 hours.", True),
        ("The pump runs for an hour and a half.", "The pump runs for 1 hour.", False),
    ],
)
def test_part_of_one_is_neither_of_its_figures(passage, claim, supported):
    assert verdict(passage, claim).supported is supported


@pytest.mark.parametrize(
    ("passage", "claim", "supported"),
    [
        ("Die Abgabe endet um 16.30 Uhr.", "Die Abgabe endet um 16:30 Uhr.", True),
        ("Die Abgabe endet um 16.30 Uhr.", "Die Abgabe endet um 16:45 Uhr.", False),
        ("Oddaja se konča ob 16.30.", "Oddaja se konča ob 16:30.", True),
        ("The ward round starts at 10 a.m.", "The ward round starts at 10 p.m.", False),
        ("Die Frist endet am 1. Jan. 2024.", "Die Frist endet am 1. Januar 2024.", True),
        ("The ward round starts at 10 a.m.", "The ward round starts at 10 AM.", True),
        ("The ward is open from 10 to 4 p.m.", "The ward is open from 10 a.m. to 4 p.m.", True),
        ("The ward round starts at 10 a.m.", "The ward round starts at 10:00.", True),
        ("The ward round starts at 10 a.m.", "The ward round starts at 10.00 a.m.", True),
        ("The ward round starts at 10 a.m.", "The ward round starts at 10:30.", False),
        ("The ward round starts at 10:00.", "The ward round starts at 10 a.m.", True),
        ("The ward round starts at 10:00.", "The ward round starts at 10 p.m.", False),
        ("The ward round starts at 3 p.m.", "The ward round starts at 15:00.", True),
        ("The ward round starts at 3 p.m.", "The ward round starts at 3 PM.", True),
        ("The ward round starts at 3 p.m.", "The ward round starts at 3.", True),
        ("The ward round starts at 3 p.m.", "The ward round starts at 3:00.", False),
        ("The ward round starts at 15:00.", "The ward round starts at 3 p.m.", True),
        ("The ward round starts at 15:00.", "The ward round starts at 3:00 p.m.", True),
        ("The ward round starts at 15:00.", "The ward round starts at 3 a.m.", False),
        ("The ward round starts at 15:00.", "The ward round starts at 4 p.m.", False),
        ("The ward is open from 9:30 a.m. to 4:15 p.m.", "The ward is open from 9:30 to 16:15.", True),
        ("The ward closes at 4:15 p.m.", "The ward closes at 16:15.", True),
        ("The ward closes at 4:15 p.m.", "The ward closes at 17:15.", False),
        ("The ward closes at 4:15 p.m.", "The ward closes at 4:15.", False),
        ("The ward is open from 2 to 4 p.m.", "The ward is open from 14:00 to 16:00.", True),
        ("The ward is open from 2:30 to 4:30 p.m.", "The ward is open from 14:30 to 16:30.", True),
        ("The ward is open from 9 to 5 p.m.", "The ward is open from 9:00 to 17:00.", True),
        ("Lunch is at 12 p.m.", "Lunch is at 12:00.", True),
        ("The test ends at 12 a.m.", "The test ends at 12:00.", False),
        ("Η επίσκεψη αρχίζει στις 3 μ.μ.", "Η επίσκεψη αρχίζει στις 15:00.", True),
        ("Die Visite beginnt um 15 Uhr.", "Die Visite beginnt um 15:00 Uhr.", True),
        ("Die Visite beginnt um 15 Uhr.", "Die Visite beginnt um 15:30 Uhr.", False),
    ],
)
def test_time_of_day_is_the_same_however_it_is_written(passage, claim, supported):
    assert verdict(passage, claim).supported is supported


#: a bound, the same in other words, and the other way round
STAYS_BELOW = [
    (
        "The pressure must not exceed 6 bar.",
        "The pressure must stay below 6 bar.",
        "The pressure must stay above 6 bar.",
    ),
    (
        "The temperature must stay below 80 °C.",
        "The temperature must not exceed 80 °C.",
        "The temperature must exceed 80 °C.",
    ),
    (
        "The pressure must not fall below 2 bar.",
        "The pressure must stay above 2 bar.",
        "The pressure must stay below 2 bar.",
    ),
    (
        "Der Druck darf 6 bar nicht überschreiten.",
        "Der Druck muss unter 6 bar bleiben.",
        "Der Druck muss über 6 bar bleiben.",
    ),
    ("Tlak ne sme preseči 6 bar.", "Tlak mora ostati pod 6 bar.", "Tlak mora ostati nad 6 bar."),
    (
        "Η πίεση δεν πρέπει να υπερβαίνει τα 6 bar.",
        "Η πίεση πρέπει να είναι κάτω από 6 bar.",
        "Η πίεση πρέπει να είναι πάνω από 6 bar.",
    ),
    ("Тиск не повинен перевищувати 6 бар.", "Тиск має бути нижче 6 бар.", "Тиск має бути вище 6 бар."),
    (
        "Presiunea nu trebuie să depășească 6 bar.",
        "Presiunea trebuie să fie sub 6 bar.",
        "Presiunea trebuie să fie peste 6 bar.",
    ),
    ("Trycket får inte överskrida 6 bar.", "Trycket måste ligga under 6 bar.", "Trycket måste ligga över 6 bar."),
]


@pytest.mark.parametrize(("passage", "same", "other"), STAYS_BELOW)
def test_bound_is_the_same_in_other_words(passage, same, other):
    assert verdict(passage, same).supported
    assert verdict(same, passage).supported
    for one, two in ((passage, other), (other, passage)):
        found = verdict(one, two)
        assert (found.supported, found.why) == (False, Why.CONDITION)
