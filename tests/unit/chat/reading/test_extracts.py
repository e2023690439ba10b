"""The sentences that are read where there is no time for all: the best ones, and what they need to be understood."""

from dataclasses import replace

import pytest

from phi3desk.chat.messages import Source
from phi3desk.chat.reading.extracts import GAP, NO_TIME, SAID_ALREADY, extracts, heading_of, whole
from phi3desk.library.documents import Passage
from phi3desk.library.text import sentences

SAFETY = (
    "The pump stands in hall 3. Wear gloves and goggles. The main bearing is re-greased every 2,000 operating hours "
    "with 30 g of lithium complex grease. The coupling is inspected once a year. Waste grease goes into the red drum. "
    "The hall is closed at night."
)
OTHER = (
    "The compressor was delivered in 1998. Its motor takes 11 kW. A second compressor stands in reserve. Oil is filled "
    "in through the neck on the left. The belt is tightened by hand."
)
QUESTION = "How often is the main bearing re-greased?"


def source(n: int, text: str, document: int = 1, page: int = 1, headings: tuple[str, ...] = ()) -> Source:
    name = f"{document}.pdf"
    return Source(n, Passage(n, document, name, f"/{name}", "", page, 100 * n, 100 * n + 90, text, headings))


def words(text: str) -> float:
    return len(text.split())


def read(question: str, sources, room: float) -> str:
    return "\n".join(each.text for each in extracts(question, sources, room, words))


def test_everything_is_read_whole_where_there_is_room():
    sources = [source(1, SAFETY, headings=("Care",)), source(2, OTHER, 2)]
    assert extracts(QUESTION, sources, 500, words) == whole(sources)
    assert whole(sources)[0].text == f"(1.pdf, page 1: Care)\n{SAFETY}"


def test_the_sentence_that_answers_is_read_before_better_ranked_passages():
    text = read(QUESTION, [source(1, OTHER, 2), source(2, SAFETY)], 40)
    assert "re-greased every 2,000 operating hours with 30 g" in text
    assert "hall is closed" not in text
    assert len(text.split()) <= 40


def test_what_is_read_fits_the_room_and_stands_word_for_word_in_the_passage():
    sources = [source(1, SAFETY), source(2, OTHER, 2)]
    for room in (25, 40, 60, 80):
        read_now = [each for each in extracts(QUESTION, sources, room, words) if not each.left_out]
        assert sum(words(f"[{each.source.n}] {each.text}") for each in read_now) <= room + 3
        for each in read_now:
            for part in each.body.split(GAP):
                assert part.strip() in each.source.passage.text


def test_the_meaning_of_sentences_finds_what_words_do_not():
    german = "Wie oft wird das Hauptlager geschmiert?"
    held = sentences(SAFETY)
    likeness = tuple(0.9 if "2,000" in part else 0.75 for part in held)
    first, second = source(1, OTHER, 2), source(2, SAFETY)
    by_meaning = [replace(first, sentences=(0.75,) * len(sentences(OTHER))), replace(second, sentences=likeness)]
    assert "2,000 operating hours" in read(german, by_meaning, 30)
    assert "2,000 operating hours" not in read(german, [first, second], 30)


def test_a_sentence_that_begins_with_a_pronoun_brings_the_one_before_it():
    text = (
        "The fitters work in two shifts and note everything in the book. The red valve belongs to the boiler circuit. "
        "It opens at 6 bar and closes at 5 bar. The book lies in the office beside the door to the hall."
    )
    told = read("At what pressure does it open, in bar?", [source(1, text)], 28)
    assert "The red valve belongs to the boiler circuit. It opens at 6 bar" in told
    assert "fitters" not in told


def test_a_row_brings_the_head_of_its_table():
    rows = [f"M{size} {size * 3} {size * 5}" for size in range(4, 30, 2)]
    text = "\n".join(["The bolts are tightened crosswise and once more after a day.", "Bolt Nm dry Nm oiled", *rows])
    told = read("Which torque does an M16 bolt need?", [source(1, text)], 16)
    assert "M16 48 80" in told
    assert "Bolt Nm dry Nm oiled" in told
    assert "M4 12 20" not in told


def test_an_item_brings_the_line_that_its_list_belongs_to():
    items = [f"- wear part {number}, every {number} weeks" for number in range(2, 14)]
    text = "\n".join(["Replace at these intervals:", *items])
    told = read("How often is wear part 9 replaced?", [source(1, text)], 32)
    assert "- wear part 13" not in told
    assert told.index("Replace at these intervals:") < told.index("- wear part 9, every 9 weeks")


def test_what_two_passages_both_say_is_read_once_but_not_another_figure():
    twice = "The valve of the boiler circuit opens at 6 bar when it is set correctly."
    other = twice.replace("6 bar", "7 bar")
    filler = "The hall is closed at night by the guard on duty. Nobody may stay in it then for any reason."
    sources = [source(1, f"{twice} {filler}"), source(2, f"{twice}", 2), source(3, f"{other}", 3)]
    made = extracts("At what pressure does the valve of the boiler circuit open?", sources, 45, words)
    told = "\n".join(each.text for each in made)
    assert told.count("opens at 6 bar") == 1 and told.count("opens at 7 bar") == 1
    assert {each.source.n: each.left_out for each in made if each.left_out} == {2: SAID_ALREADY}


def test_a_line_of_a_sentence_that_a_break_parts_stays_with_the_rest_of_it():
    text = (
        "The settlers lived along\nthe eastern coast of the continent, from the north to the south. "
        "Their ships came once a year. The harbour froze in winter and was closed for months."
    )
    told = read("Where did the settlers live?", [source(1, text)], 24)
    assert "along\nthe eastern coast" in told


def test_passages_of_one_document_stand_together_and_name_it_once():
    one, other, again = source(1, SAFETY, page=4), source(2, OTHER, 2), source(3, SAFETY[::-1], page=3)
    assert heading_of(other, one) == "(2.pdf, page 1)"
    assert heading_of(again, one) == "(page 3)"
    assert heading_of(replace(again, passage=replace(again.passage, page=4)), one) == ""
    made = extracts(QUESTION, [one, other, again], 90, words)
    numbers = [each.source.n for each in made if not each.left_out]
    assert numbers[:2] == [3, 1] or numbers == [1, 2]


def test_a_source_without_a_good_sentence_says_that_there_was_no_time():
    made = extracts(QUESTION, [source(1, SAFETY), source(2, OTHER, 2)], 26, words)
    assert [each.left_out for each in made] == [None, NO_TIME]


@pytest.mark.parametrize("text", ["", "\n", "…", "7.1"])
def test_passages_without_a_sentence_do_no_harm(text):
    made = extracts(QUESTION, [source(1, text), source(2, SAFETY, 2)], 10, words)
    assert {each.source.n for each in made} == {1, 2}


def test_rows_that_are_much_alike_leave_room_for_another_sentence():
    rows = [f"{day} January Pump end Brenlith LX 2 {30 + day} g" for day in range(10, 20)]
    log = "\n".join(["Lubrication log of the year 2025", *rows])
    sheet = "It is made for mines. The dropping point of Brenlith LX 2 is 260 °C by the usual test."
    sources = [replace(source(1, log), score=0.1), source(2, sheet, 2)]
    told = read("At what temperature does Brenlith LX 2 start to drip?", sources, 60)
    assert "260 °C" in told
    assert 1 <= told.count("Pump end Brenlith") < len(rows)


def test_a_running_head_is_not_read_again_below_its_heading():
    text = f"Care of the main bearing, greasing\n{SAFETY}\nCare of the main bearing"
    told = read(QUESTION, [source(1, text, headings=("3 Care of the main bearing, greasing",))], 48)
    assert "2,000 operating hours" in told
    assert told.count("Care of the main bearing") < 3
