"""What a word, a phrase or an ending denies, and what it leaves as it is."""

import pytest

from phi3desk.chat.grounding.check import Checker, PassageText
from phi3desk.chat.messages import Why


def verdict(passage: str, claim: str):
    return Checker([PassageText(passage)], "").verdict(claim)


@pytest.mark.parametrize(
    ("passage", "allowed", "forbidden"),
    [
        ("Do not open the housing to avoid electric shock.", "Open the housing.", "Do not open the housing."),
        (
            "Zur Vermeidung von Unfällen darf das Gehäuse nicht geöffnet werden.",
            "Das Gehäuse darf geöffnet werden.",
            "Um Unfälle zu vermeiden, darf das Gehäuse nicht geöffnet werden.",
        ),
        ("Za preprečevanje nesreč ohišja ne odpirajte.", "Ohišje odpirajte.", "Ohišja ne odpirajte."),
        (
            "Μην ανοίγετε το περίβλημα προς αποφυγή ηλεκτροπληξίας.",
            "Ανοίγετε το περίβλημα.",
            "Μην ανοίγετε το περίβλημα.",
        ),
        ("Не відкривайте корпус для запобігання травмам.", "Відкривайте корпус.", "Не відкривайте корпус."),
        ("Nu deschideți carcasa pentru a evita electrocutarea.", "Deschideți carcasa.", "Nu deschideți carcasa."),
        ("Öppna inte höljet för att undvika elstötar.", "Öppna höljet.", "Öppna inte höljet."),
        (
            "The door must not be opened except by trained staff.",
            "The door may be opened.",
            "The door must not be opened.",
        ),
        ("Valves except seals must not be opened.", "Valves may be opened.", "Valves must not be opened."),
        (
            "Contact with water is to be avoided.",
            "Contact with water is allowed.",
            "Contact with water must be avoided.",
        ),
        ("Wear gloves to prevent burns.", "Do not wear gloves.", "Wear gloves."),
        ("Stäng ventilen för att inte skada tätningen.", "Stäng inte ventilen.", "Stäng ventilen."),
        ("Um Unfälle zu vermeiden, Handschuhe tragen.", "Handschuhe nicht tragen.", "Handschuhe tragen."),
        ("Wear gloves to prevent burns.", "Wearing gloves causes burns.", "Wearing gloves prevents burns."),
        (
            "Do not open the housing to avoid electric shock.",
            "Opening the housing avoids electric shock.",
            "To avoid electric shock, do not open the housing.",
        ),
    ],
)
def test_purpose_or_exception_denies_nothing_else(passage, allowed, forbidden):
    found = verdict(passage, allowed)
    assert (found.supported, found.why) == (False, Why.NEGATION)
    assert verdict(passage, forbidden).supported


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("All parts except seals are made of steel.", "All parts including seals are made of steel."),
        ("Alle Teile außer Dichtungen sind aus Stahl.", "Alle Teile einschließlich Dichtungen sind aus Stahl."),
        ("Vsi deli razen tesnil so iz jekla.", "Vsi deli vključno s tesnili so iz jekla."),
        ("Όλα τα μέρη εκτός από φλάντζες είναι από χάλυβα.", "Όλα τα μέρη μαζί με φλάντζες είναι από χάλυβα."),
        ("Усі деталі, крім ущільнень, зі сталі.", "Усі деталі, включно з ущільненнями, зі сталі."),
        ("Toate piesele, cu excepția garniturilor, sunt din oțel.", "Toate piesele și garniturile sunt din oțel."),
        ("Alla delar utom tätningar är av stål.", "Alla delar och tätningar är av stål."),
        (
            "Die Tür darf nicht geöffnet werden, es sei denn, der Alarm ertönt.",
            "Die Tür darf nicht geöffnet werden, wenn der Alarm ertönt.",
        ),
        ("Do not open the door unless the alarm sounds.", "Do not open the door when the alarm sounds."),
        ("Öppna inte dörren om inte larmet ljuder.", "Öppna inte dörren när larmet ljuder."),
        ("Alle Teile außer Dichtungen sind aus Stahl.", "Die Dichtungen sind aus Stahl."),
    ],
)
def test_what_is_taken_out_is_not_said_of(passage, claim):
    found = verdict(passage, claim)
    assert (found.supported, found.why) == (False, Why.NEGATION)
    assert verdict(passage, passage).supported


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("Opekline hladite z vodo.", "Opekline ohladite z vodo."),
        ("Filter očistite vsak teden.", "Filter čistite vsak teden."),
        ("Kopplingen av pumpen görs av en elektriker.", "Inkopplingen av pumpen görs av en elektriker."),
    ],
)
def test_prefix_of_another_language_turns_nothing_round(passage, claim):
    assert verdict(passage, claim).supported


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("The oil is unsuitable for the pump.", "The oil is suitable for the pump."),
        ("Das Öl ist ungeeignet für die Pumpe.", "Das Öl ist geeignet für die Pumpe."),
        ("Olje je neprimerno za črpalko.", "Olje je primerno za črpalko."),
        ("Το λάδι είναι ακατάλληλο για την αντλία.", "Το λάδι είναι κατάλληλο για την αντλία."),
        ("Олива непридатна для насоса.", "Олива придатна для насоса."),
        ("Uleiul este nepotrivit pentru pompă.", "Uleiul este potrivit pentru pompă."),
        ("Oljan är olämplig för pumpen.", "Oljan är lämplig för pumpen."),
        ("Ventilen är inaktiv under natten.", "Ventilen är aktiv under natten."),
    ],
)
def test_prefix_of_its_language_turns_a_word_round(passage, claim):
    found = verdict(passage, claim)
    assert (found.supported, found.why) == (False, Why.NEGATION)


@pytest.mark.parametrize(
    ("passage", "true", "other"),
    [
        (
            "The housing is made of stainless steel.",
            "The housing is made of steel.",
            "The housing is not made of steel.",
        ),
        ("Connect the wireless sensor.", "Connect the sensor.", "Connect the wired sensor."),
        (
            "Die Drehzahl ist stufenlos einstellbar.",
            "Die Drehzahl ist einstellbar.",
            "Die Drehzahl ist in Stufen einstellbar.",
        ),
        ("Der Patient ist fieberfrei.", "Der Patient hat kein Fieber.", "Der Patient hat Fieber."),
        (
            "Die Tablette enthält mikrokristalline Cellulose.",
            "The tablet contains microcrystalline cellulose.",
            "The tablet does not contain microcrystalline cellulose.",
        ),
        ("Das Salz ist in Wasser aufzulösen.", "Das Salz in Wasser auflösen.", "Das Salz nicht in Wasser auflösen."),
        ("Röret är sömlöst och av stål.", "Röret är av stål.", "Röret är inte av stål."),
        ("The test is harmless.", "The test does no harm.", "The test is harmful."),
        ("The filter is useless when wet.", "The filter is of no use when wet.", "The filter is useful when wet."),
    ],
)
def test_ending_denies_what_is_missing_alone(passage, true, other):
    assert verdict(passage, true).supported
    found = verdict(passage, other)
    assert (found.supported, found.why) == (False, Why.NEGATION)


@pytest.mark.parametrize(
    ("denied", "affirmed"),
    [
        ("Not suitable for children under 6 years", "Suitable for children under 6 years"),
        ("Nicht geeignet für Kinder unter 6 Jahren", "Geeignet für Kinder unter 6 Jahren"),
        ("Für Kinder unter 6 Jahren nicht geeignet", "Für Kinder unter 6 Jahren geeignet"),
        ("Ni primerno za otroke pod 6 let", "Primerno za otroke pod 6 let"),
        ("Μη κατάλληλο για παιδιά κάτω των 6 ετών", "Κατάλληλο για παιδιά κάτω των 6 ετών"),
        ("Не підходить для дітей до 6 років", "Підходить для дітей до 6 років"),
        ("Nu este potrivit pentru copii sub 6 ani", "Potrivit pentru copii sub 6 ani"),
        ("Inte lämplig för barn under 6 år", "Lämplig för barn under 6 år"),
        ("Do not run the pump for 2 hours at 80 °C.", "Run the pump for 2 hours at 80 °C."),
    ],
)
def test_figure_that_both_hold_does_not_outweigh_a_denial(denied, affirmed):
    for passage, claim in ((denied, affirmed), (affirmed, denied)):
        found = verdict(passage, claim)
        assert (found.supported, found.why) == (False, Why.NEGATION), passage
        assert verdict(passage, passage).supported


@pytest.mark.parametrize(
    ("row", "claim"),
    [
        ("Whole blood, not spun 4 hours not allowed", "Whole blood can be kept for 4 hours."),
        ("Highest temperature of the pump 80 °C", "Do not run the pump above the highest temperature of 80 °C."),
        ("Water 20 °C\tnot tested", "The water has 20 °C."),
    ],
)
def test_cell_of_a_row_denies_nothing_of_another(row, claim):
    assert verdict(row, claim).why is not Why.NEGATION


@pytest.mark.parametrize(
    ("text", "included", "taken_out"),
    [
        ("The price is 500 EUR {} VAT.", "including", "excluding"),
        ("The price is 500 EUR {} VAT.", "with", "without"),
        ("The price is 500 EUR {} VAT.", "incl.", "excl."),
        ("The price of 500 EUR is {} of VAT.", "inclusive", "exclusive"),
        ("Der Preis beträgt 500 EUR {} MwSt.", "inkl.", "zzgl."),
        ("Der Preis beträgt 500 EUR {} MwSt.", "inkl.", "exkl."),
        ("Der Preis beträgt 500 EUR {} Versand.", "inklusive", "zuzüglich"),
        ("Cena je 500 EUR {} DDV.", "z", "brez"),
        ("Η τιμή είναι 500 EUR {} ΦΠΑ.", "με", "χωρίς"),
        ("Ціна становить 500 євро {} ПДВ.", "з", "без"),
        ("Prețul este de 500 EUR {} TVA.", "cu", "fără"),
        ("Priset är 500 EUR {} moms.", "inkl.", "exkl."),
        ("Priset är 500 EUR {} moms.", "inklusive", "exklusive"),
    ],
)
def test_what_is_included_is_told_from_what_is_taken_out(text, included, taken_out):
    one, other = text.format(included), text.format(taken_out)
    for passage, claim in ((one, other), (other, one)):
        found = verdict(passage, claim)
        assert (found.supported, found.why) == (False, Why.NEGATION), passage
        assert verdict(passage, passage).supported


def test_what_comes_on_top_is_not_denied():
    passage = "Der Mieter zahlt 500 EUR zzgl. Nebenkosten."
    assert verdict(passage, "Der Mieter zahlt Nebenkosten.").supported
    assert verdict(passage, "Der Mieter zahlt 500 EUR.").supported


@pytest.mark.parametrize(
    ("passage", "same", "other"),
    [
        ("Do not enter the prohibited area.", "The area must not be entered.", "The area may be entered."),
        (
            "Do not use unauthorised parts.",
            "Unauthorised parts must not be used.",
            "Unauthorised parts may be used.",
        ),
        ("Betreten Sie den verbotenen Bereich nicht.", "Betreten Sie den Bereich nicht.", "Betreten Sie den Bereich."),
        ("Verwenden Sie keine verbotenen Stoffe.", "Verwenden Sie keine Stoffe.", "Verwenden Sie Stoffe."),
        ("Ne vstopajte v prepovedano območje.", "Ne vstopajte v območje.", "Vstopajte v območje."),
        ("Μην εισέρχεστε στην απαγορευμένη περιοχή.", "Μην εισέρχεστε στην περιοχή.", "Εισέρχεστε στην περιοχή."),
        ("Не заходьте в заборонену зону.", "Не заходьте в зону.", "Заходьте в зону."),
        ("Nu intrați în zona interzisă.", "Nu intrați în zonă.", "Intrați în zona."),
        ("Gå inte in i det förbjudna området.", "Gå inte in i området.", "Gå in i området."),
        ("Enter the prohibited area with a permit.", "Enter the area with a permit.", "Do not enter the area."),
        ("Smoking is not prohibited indoors.", "Smoking is allowed indoors.", "Smoking is prohibited indoors."),
        ("Rauchen ist hier nicht verboten.", "Rauchen ist hier erlaubt.", "Rauchen ist hier verboten."),
        ("Tu kajenje ni prepovedano.", "Tu je kajenje dovoljeno za vse.", "Tu je kajenje prepovedano za vse."),
        ("Fumatul nu este interzis.", "Fumatul este permis.", "Fumatul este interzis."),
        ("Smoking is strictly prohibited indoors.", "Smoking is not allowed indoors.", "Smoking is allowed indoors."),
        (
            "Entry is prohibited without a permit.",
            "Entry is allowed with a permit.",
            "Entry without a permit is allowed.",
        ),
        ("Oil is an unsuitable grease.", "Oil is not suitable as grease.", "Oil is suitable as grease."),
    ],
)
def test_what_is_called_prohibited_turns_no_denial(passage, same, other):
    assert verdict(passage, same).supported
    found = verdict(passage, other)
    assert (found.supported, found.why) == (False, Why.NEGATION)


@pytest.mark.parametrize(
    ("passage", "question", "denied", "allowed"),
    [
        ("Use foam. Water must not be used.", "What must not be used?", "Water.", "Foam."),
        ("Use foam. Water must not be used.", "What must not be used?", "Water must not.", "Foam must not be used."),
        ("Powder is allowed. Water is prohibited.", "What is prohibited?", "Water.", "Powder."),
        ("Suitable: foam. Unsuitable: water.", "Which agents are unsuitable?", "Water.", "Foam."),
        ("Store it cold. Do not freeze it.", "What must you not do?", "Freeze it.", "Store it."),
        (
            "Verwenden Sie Schaum. Wasser darf nicht verwendet werden.",
            "Was darf hier nicht verwendet werden?",
            "Wasser.",
            "Schaum.",
        ),
        ("Schaum ist erlaubt. Wasser ist verboten.", "Was ist verboten?", "Wasser.", "Schaum."),
        ("Uporabite peno. Vode ne smete uporabiti.", "Česa ne smete uporabiti?", "Vode.", "Pene."),
        (
            "Χρησιμοποιήστε αφρό. Το νερό δεν πρέπει να χρησιμοποιείται.",
            "Τι δεν πρέπει να χρησιμοποιείται;",
            "Νερό.",
            "Αφρός.",
        ),
        ("Використовуйте піну. Воду не можна використовувати.", "Що не можна використовувати?", "Воду.", "Піну."),
        ("Folosiți spumă. Apa nu trebuie folosită.", "Ce nu trebuie folosit?", "Apa.", "Spumă."),
        ("Använd skum. Vatten får inte användas.", "Vad får inte användas?", "Vatten.", "Skum."),
    ],
)
def test_short_reply_denies_what_the_question_does(passage, question, denied, allowed):
    assert Checker([PassageText(passage)], question).verdict(denied).supported
    found = Checker([PassageText(passage)], question).verdict(allowed)
    assert (found.supported, found.why) == (False, Why.NEGATION)


@pytest.mark.parametrize(
    ("passage", "question", "reply"),
    [
        ("Do not start the pump, for the bearing is dry.", "Why must the pump not be started?", "The bearing is dry."),
        ("Do not start the pump, for the bearing is dry.", "Why must the pump not be started?", "The dry bearing."),
        ("Prohibited substances:\n- lead\n- mercury", "Which substances are prohibited?", "Mercury."),
        ("These must not be mixed with oil:\nwater\nsolvent", "What must not be mixed with oil?", "Solvent."),
        ("Call the office.", "What must I do if the pump does not start?", "Call the office."),
        ("Call the office without delay.", "What must be done without a permit?", "Call the office."),
        ("Paint protects steel. It keeps rust away.", "What prevents rust on steel?", "Paint."),
    ],
)
def test_short_reply_denies_nothing_where_another_thing_is_asked(passage, question, reply):
    assert Checker([PassageText(passage)], question).verdict(reply).why is not Why.NEGATION


def test_short_reply_stands_under_the_heading_that_denies():
    passage = PassageText("Lead and its salts\nMercury", "Lubricants", ("Prohibited substances",))
    checker = Checker([passage], "Which substances are prohibited?")
    assert checker.verdict("Mercury.").supported
    assert checker.verdict("Mercury is prohibited.").supported
