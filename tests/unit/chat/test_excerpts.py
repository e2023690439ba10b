"""What a small model reads of the passages found: excerpts around their best sentences."""

from phi3desk.chat.messages import Source
from phi3desk.chat.reading.excerpts import excerpts
from phi3desk.library.documents import Passage


def source(n: int, text: str, sentences: tuple[float, ...] = ()) -> Source:
    return Source(n, Passage(n, 1, "a.pdf", "/a.pdf", "", 1, 0, 10, text), sentences=sentences, score=1.0 - n / 100)


def test_excerpt_grows_over_short_lines_until_it_has_enough_words():
    rows = [f"Line {number} of the table" for number in range(40)]
    text = "\n".join([*rows[:20], "Torque of the casing bolts 280 N·m", *rows[20:]])
    question = "What is the torque of the casing bolts?"
    (short,), (grown,) = (excerpts(question, [source(1, text)], 1, words) for words in (0, 50))
    assert len(short.body.split()) < 20
    assert 50 <= len(grown.body.split()) <= 60
    assert grown.body in text
    assert "280 N·m" in short.body
    (whole,) = excerpts(question, [source(1, "Torque 280 N·m")], 1, 50)
    assert whole.body == "Torque 280 N·m"


def test_passages_with_the_best_sentences_are_read():
    near = ((0.80, 0.79), (0.90, 0.78), (0.79, 0.78), (0.78, 0.92))
    found = [source(n, "It is so. It stays so.", each) for n, each in enumerate(near, 1)]
    read = excerpts("Wie bleibt das?", found, 2)
    assert [(each.source.n, each.left_out) for each in read] == [(4, None), (2, None)]
