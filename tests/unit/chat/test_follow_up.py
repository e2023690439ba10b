"""A follow-up is completed from what came before it; a question that stands alone stays as it is typed."""

import json
from pathlib import Path

import pytest

from phi3desk.chat.follow_up import Completed, FollowUp, complete
from tests import benchmarks

PERSON = ("What does Anna Berger do?", "She runs the workshop.")
PUMP = ("How much grease does each bearing of the pump get?", "Each bearing gets 30 g of lithium complex grease.")
COMPARATOR = ("What is the supply current of the AD8611?", "It is 5.7 mA at 5 V.")
REPORT = ("What was 3M's capital expenditure in 2018?", "USD 1,577 million.")
GERMAN = ("Welchen Flammpunkt hat CARAMBA 70?", "Er liegt bei -71 °C.")
BARE = ("Welche Dichte hat Milwa compact?", "1,1 g/ml.")
SLOVENIAN = ("Kakšno plamenišče ima Brenlith LX 2?", "236 °C.")
GREEK = ("Ποιο είναι το σημείο ανάφλεξης του Brenlith LX 2;", "236 °C.")
UKRAINIAN = ("Яка температура спалаху Brenlith LX 2?", "236 °C.")
ROMANIAN = ("Care este punctul de aprindere al Brenlith LX 2?", "236 °C.")
SWEDISH = ("Vilken flampunkt har Brenlith LX 2?", "236 °C.")


@pytest.mark.parametrize(
    ("before", "question", "completed"),
    [
        (PUMP, "and how often?", f"{PUMP[0]} and how often?"),
        (PUMP, "why?", f"{PUMP[0]} why?"),
        (PUMP, "How is that measured?", f"{PUMP[0]} How is that measured?"),
        (PUMP, "And the red one?", f"{PUMP[0]} And the red one?"),
        (COMPARATOR, "what about the AD8612?", "What is the supply current of the AD8612?"),
        (COMPARATOR, "and the ad8612", "What is the supply current of the ad8612?"),
        (COMPARATOR, "Is it the same for the AD8612?", "What is the supply current of the AD8612?"),
        (COMPARATOR, "Does it have a latch?", "Does it (AD8611) have a latch?"),
        (COMPARATOR, "what's its price?", "what's its (AD8611) price?"),
        (COMPARATOR, "what happens above that current?", "what happens above that current (AD8611, 5.7 mA, 5 V)?"),
        (COMPARATOR, "which package?", "which package (AD8611)?"),
        (COMPARATOR, "Where can this product be bought?", "Where can this product (AD8611) be bought?"),
        (("what is the flash point of brenlith lx 2", ""), "and aspen 4?", "what is the flash point of aspen 4"),
        (("Which comparator is the fastest?", "The AD8611."), "What is its price?", "What is its (AD8611) price?"),
        (REPORT, "And in 2019?", "What was 3M's capital expenditure in 2019?"),
        (REPORT, "What about Best Buy?", "What was Best Buy's capital expenditure in 2018?"),
        (REPORT, "What about operating income?", "What about operating income (3M, 2018)?"),
        (REPORT, "What is the effective tax rate?", "What is the effective tax rate (3M, 2018)?"),
        (REPORT, "Is the company profitable?", "Is the company (3M, 2018) profitable?"),
        (REPORT, "How did it change?", f"{REPORT[0]} How did it change?"),
        (GERMAN, "und die Lagerklasse?", "und die Lagerklasse (CARAMBA 70)?"),
        (GERMAN, "Und Aspen 4?", "Welchen Flammpunkt hat Aspen 4?"),
        (GERMAN, "Und bei Hautkontakt?", f"{GERMAN[0]} Und bei Hautkontakt?"),
        (GERMAN, "Wie hoch ist dessen Dampfdruck?", "Wie hoch ist dessen (CARAMBA 70) Dampfdruck?"),
        (GERMAN, "Welche UN-Nummer hat dieses Produkt?", "Welche UN-Nummer hat dieses Produkt (CARAMBA 70)?"),
        (GERMAN, "Zündtemperatur?", "Zündtemperatur (CARAMBA 70)?"),
        (GERMAN, "Was mache ich, wenn es brennt?", "Was mache ich, wenn es (CARAMBA 70) brennt?"),
        (GERMAN, "Und die WGK?", "Und die WGK (CARAMBA 70)?"),
        (BARE, "Wie wird es entsorgt?", "Wie wird es (Milwa compact) entsorgt?"),
        (SLOVENIAN, "Kaj pa gostota?", "Kaj pa gostota (Brenlith LX 2)?"),
        (SLOVENIAN, "In kakšen je njegov vonj?", "In kakšen je njegov (Brenlith LX 2) vonj?"),
        (SLOVENIAN, "Kako ga shranjujemo?", "Kako ga (Brenlith LX 2) shranjujemo?"),
        (SLOVENIAN, "Kaj pa Aspen 4?", "Kakšno plamenišče ima Aspen 4?"),
        (SLOVENIAN, "Ali je nevaren za oči?", "Ali je nevaren za oči (Brenlith LX 2)?"),
        (SLOVENIAN, "Zakaj?", f"{SLOVENIAN[0]} Zakaj?"),
        (GERMAN, "Wie ist die relative Dichte?", "Wie ist die relative Dichte (CARAMBA 70)?"),
        (PERSON, "What is the maximum load?", "What is the maximum load (Anna Berger)?"),
        (PERSON, "Tell me the salary", "Tell me the salary (Anna Berger)"),
        (COMPARATOR, "Explain the latch", "Explain the latch (AD8611)"),
        (COMPARATOR, "How many pins are there?", "How many pins are there (AD8611)?"),
        (COMPARATOR, "What supply current?", "What supply current (AD8611)?"),
        (GERMAN, "Erkläre den Flammpunkt", "Erkläre den Flammpunkt (CARAMBA 70)"),
        (GERMAN, "Ist die Lagerung erlaubt?", "Ist die Lagerung erlaubt (CARAMBA 70)?"),
        (SLOVENIAN, "Povej mi ceno", "Povej mi ceno (Brenlith LX 2)"),
        (COMPARATOR, "How high is the supply voltage?", "How high is the supply voltage (AD8611)?"),
        (GREEK, "Και η πυκνότητα;", "Και η πυκνότητα (Brenlith LX 2);"),
        (GREEK, "Τι γίνεται με το Aspen 4;", "Ποιο είναι το σημείο ανάφλεξης του Aspen 4;"),
        (GREEK, "Πώς αποθηκεύεται αυτό το προϊόν;", "Πώς αποθηκεύεται αυτό το προϊόν (Brenlith LX 2);"),
        (GREEK, "Γιατί;", f"{GREEK[0]} Γιατί;"),
        (UKRAINIAN, "А густина?", "А густина (Brenlith LX 2)?"),
        (UKRAINIAN, "Як його зберігати?", "Як його (Brenlith LX 2) зберігати?"),
        (UKRAINIAN, "А як щодо Aspen 4?", "Яка температура спалаху Aspen 4?"),
        (UKRAINIAN, "Чому?", f"{UKRAINIAN[0]} Чому?"),
        (ROMANIAN, "Și densitatea?", "Și densitatea (Brenlith LX 2)?"),
        (ROMANIAN, "Dar Aspen 4?", "Care este punctul de aprindere al Aspen 4?"),
        (ROMANIAN, "Cum se depozitează acest produs?", "Cum se depozitează acest produs (Brenlith LX 2)?"),
        (ROMANIAN, "De ce?", f"{ROMANIAN[0]} De ce?"),
        (SWEDISH, "Och densiteten?", "Och densiteten (Brenlith LX 2)?"),
        (SWEDISH, "Hur lagras den?", "Hur lagras den (Brenlith LX 2)?"),
        (SWEDISH, "Hur är det med Aspen 4?", "Vilken flampunkt har Aspen 4?"),
        (SWEDISH, "Varför?", f"{SWEDISH[0]} Varför?"),
    ],
)
def test_a_follow_up_is_completed(before: tuple[str, str], question: str, completed: str):
    assert complete(question, [before]) == Completed(completed, changed=True, leans=True)


@pytest.mark.parametrize(
    ("before", "question"),
    [
        (PUMP, "When is a group lock-out used?"),
        (COMPARATOR, "Who repairs the pump?"),
        (COMPARATOR, "What is cavitation?"),
        (COMPARATOR, "How long is the warranty of the pump?"),
        (COMPARATOR, "Is it allowed to mix greases of different makers?"),
        (COMPARATOR, "How long does it take to change the mechanical seal?"),
        (COMPARATOR, "If the seal leaks, what causes it?"),
        (COMPARATOR, "And what is the flash point of Brenlith LX 2?"),
        (COMPARATOR, "Which documents do you have on pumps?"),
        (COMPARATOR, "What is on page 3 of the pump manual?"),
        (COMPARATOR, "Summarise this document"),
        (COMPARATOR, "Where is the pump house?"),
        (COMPARATOR, "At what vibration does the pump trip?"),
        (COMPARATOR, "Which tubes are used for glucose?"),
        (COMPARATOR, "How is the pump primed?"),
        (GERMAN, "Wie wird die Pumpe entlüftet?"),
        (SLOVENIAN, "Kako je zavarovan ventil?"),
        (GERMAN, "Welchen pH-Wert hat das Produkt Milwa compact?"),
        (GERMAN, "Welche Sicherheiten muss der Bieter stellen?"),
        (GERMAN, "Für wie viele Tage ist der Bieter an sein Angebot gebunden?"),
        (GERMAN, "Wie hoch ist die Dichte von Wecryl 420, und bei welcher Temperatur wird es gelagert?"),
        (GERMAN, "Wie wird das alte Lager der Pumpe ausgebaut?"),
        (SLOVENIAN, "Koliko časa velja izkaznica pooblaščene osebe?"),
        (SLOVENIAN, "Kakšno garancijo daje Aldermoor za svoje črpalke?"),
        (GREEK, "Πόσες ημέρες δεσμεύουν οι προσφορές τον προσφέροντα;"),
        (UKRAINIAN, "Скільки днів тендерна пропозиція зобов'язує учасника?"),
        (ROMANIAN, "Câte zile îl obligă oferta pe ofertant?"),
        (SWEDISH, "Hur hög är den maximala temperaturen för pumpen?"),
        (SWEDISH, "Finns det en garanti för pumpens tätningar?"),
        (PERSON, "Tell me about asbestos"),
        (PERSON, "How many employees work here?"),
        (PERSON, "Explain photosynthesis"),
        (PERSON, "Can you explain photosynthesis?"),
        (PERSON, "What causes corrosion?"),
        (PERSON, "Is smoking allowed?"),
        (PERSON, "Erkläre die Photosynthese"),
        (PERSON, "Ist Rauchen erlaubt?"),
        (PERSON, "Wie viele Mitarbeiter arbeiten hier?"),
        (SLOVENIAN, "Razloži fotosintezo"),
        (SLOVENIAN, "Ali je kajenje dovoljeno?"),
        (SLOVENIAN, "Koliko zaposlenih dela tukaj?"),
        (GREEK, "Τι προκαλεί διάβρωση;"),
        (GREEK, "Εξήγησε τη φωτοσύνθεση"),
        (GREEK, "Επιτρέπεται το κάπνισμα;"),
        (UKRAINIAN, "Поясни фотосинтез"),
        (UKRAINIAN, "Чи дозволено куріння?"),
        (ROMANIAN, "Explică fotosinteza"),
        (ROMANIAN, "Ce cauzează coroziunea?"),
        (ROMANIAN, "Este permis fumatul?"),
        (SWEDISH, "Förklara fotosyntesen"),
    ],
)
def test_a_question_that_stands_alone_stays_as_it_is(before: tuple[str, str], question: str):
    assert complete(question, [before]) == Completed(question, changed=False, leans=False)


def test_each_question_of_a_chain_is_completed_from_the_one_before():
    asked = [("Welche Dichte hat WD-40 Multi-Use Product?", "0,817 g/ml."), ("Und Aspen 4?", "690 kg/m3.")]
    asked.append(("Und der Flammpunkt?", "Unter 0 °C."))
    asked.append(("Wie lange binden Angebote den Bieter der Pumpstationen?", "120 Tage."))

    assert complete("und die WGK?", asked[:3]).text == "und die WGK (Aspen 4)?"
    assert complete("und warum?", asked).text == "Wie lange binden Angebote den Bieter der Pumpstationen? und warum?"


def test_a_long_chain_does_not_make_the_question_longer_and_longer():
    chain = [("How long do tenders bind the bidder?", "120 days."), *[("why is that so?", "Because.")] * 30]

    assert len(complete("and why?", chain).text) < 300


def test_a_longer_name_that_begins_alike_is_left_as_it_is():
    before = [("How is the PT100 wired, and is the PT1000 alike?", "Both with three wires.")]

    assert complete("and the PT200?", before).text == "How is the PT200 wired, and is the PT1000 alike?"


def test_more_than_one_name_is_not_guessed_at():
    both = ("Did Amcor buy Bemis in the spring?", "Yes.")

    doubt = FollowUp("How much did it cost?", *both)
    assert complete(doubt.question, [both]) == Completed(f"{both[0]} {doubt.question}", True, True, doubt)


@pytest.mark.parametrize("question", ["", "   ", "?", "…", "1234", "日本語の質問", "и", "\x00 and?"])
def test_odd_questions_go_through(question: str):
    assert question.strip() in complete(question, [PUMP, ("", ""), ("?", "!")]).text
    assert complete(question, []) == Completed(question, changed=False, leans=False)


def test_the_kept_conversations_are_told_apart():
    path = Path(benchmarks.__file__).parent / "questions" / "conversations.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    wrong = [
        row["id"]
        for row in rows
        if complete(row["question"], [(turn["question"], turn["answer"]) for turn in row["history"]]).changed
        is row.get("stands_alone", False)
    ]

    assert len(rows) == 60
    assert wrong == []


@pytest.mark.parametrize("question", ["Summarise it.", "Compare these two documents", "Σύγκρινε αυτά τα δύο έγγραφα."])
def test_question_about_documents_as_wholes_is_left_as_it_is(question):
    before = [("What torque do the casing bolts of the CN 200 pump need?", "Those of the CN 200 pump: 85 Nm [1].")]
    assert complete(question, before) == Completed(question, changed=False, leans=False)
