"""What is stopped as endless repetition, and what is only regular; texts of the kinds that models write."""

from __future__ import annotations

import re

import pytest

from phi3desk.model.repetition import TIMES, TOKENS_OF_FEW_KINDS, RepetitionWatch


def tokens_of(text: str) -> list[int]:
    """Return tokens much as models of the starter's family have them: words in pieces, each digit and mark alone."""
    pieces = re.findall(r" ?[^\W\d_]{1,6}|\d|\n+| ?[^\w\s]{1,3}| +", text)
    known: dict[str, int] = {}
    return [known.setdefault(piece, len(known)) for piece in pieces]


def stopped_at(text: str) -> int | None:
    """Return after how many tokens a text is stopped, None where it is not."""
    watch = RepetitionWatch()
    return next((n for n, token in enumerate(tokens_of(text), 1) if watch.add(token)), None)


LOOPS = {
    "digits": ("The bid bond is 1", "0"),
    "english": ("Re-grease it. ", "The bearing is re-greased with 30 g of grease every 500 hours [1]. "),
    "slovenian": ("Mazanje: ", "Ležaj namažite s 30 g masti vsakih 500 obratovalnih ur [1]. "),
    "ukrainian": ("Відповідь. ", "Підшипник змащують кожні 500 годин роботи насоса [1].\n"),
    "greek": ("", "Το ρουλεμάν λιπαίνεται κάθε 500 ώρες λειτουργίας [1].\n\n"),
    "german": ("Nein. ", "Die Dokumente sagen es nicht, und die Dokumente nennen keine Frist. "),
    "marks": ("It stands in the manual ", "[1]"),
    "words": ("The parts are the pump, ", "the valve, "),
    "rows": ("| part | size |\n| --- | --- |\n", "| sealing ring of the pump shaft | 30 mm, lithium grease |\n"),
    "paragraph": (
        "",
        "The tender binds the bidder for 120 days from the day on which bids are opened. The bid bond of EUR 60,000 is "
        "returned within 14 days after the award. A bid that comes late is not opened and goes back to the bidder.\n\n",
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_endless_repetition_is_stopped(name: str) -> None:
    begun, repeated = LOOPS[name]
    once = len(tokens_of(repeated * 2)) - len(tokens_of(repeated))
    at = stopped_at(begun + repeated * 400)
    assert at is not None
    assert at <= len(tokens_of(begun)) + max(TIMES * once, TOKENS_OF_FEW_KINDS) + 1


def test_words_are_stopped_sooner_than_figures() -> None:
    words, figures = stopped_at("The seal of the pump leaks at the shaft. " * 50), stopped_at("0" * 500)
    assert words is not None and figures is not None
    assert words < figures


CHECKS = "Close the valve.\nOpen the drain.\nWait until the pump has run dry.\n"
REGULAR = {
    "numbered list": "".join(f"{n}. Check the oil level of the pump and write it down.\n" for n in range(1, 60)),
    "numbers": ", ".join(str(n) for n in range(1, 300)),
    "measured": "".join(f"| {n:02}:00 | 2.8 mm/s | 65 °C | ok |\n" for n in range(24)) * 2,
    "zeros": "Leaks found in each month: " + "0, " * 30,
    "empty rows": "| part | number | checked by | date |\n" + "| --- " * 20 + "|\n" + "|  |  |  |  |\n" * 8,
    "ruled line": "Name: " + "_" * 60 + "\n" + "-" * 80 + "\n" + "." * 90,
    "said three times": (CHECKS * 3) + "Then start it.",
    "refrain": ("Always wear gloves.\n" * 3 + "Never work alone.\n") * 3,
    "slovenian steps": "".join(f"Korak {n}: preverite tesnilo in zapišite tlak v dnevnik.\n" for n in range(1, 40)),
    "ukrainian rows": "".join(f"Насос {n}: перевірено, витоків не виявлено.\n" for n in range(1, 40)),
    "greek table": "".join(f"| {n} | βαλβίδα | {n * 3} bar | ναι |\n" for n in range(10, 50)),
    "json": "".join(f'{{"id": {n}, "state": "ok", "leaks": 0}},\n' for n in range(100, 140)),
    "cited": "".join(f"The value of sensor {n} is read every hour [1][2].\n" for n in range(10, 40)),
}


@pytest.mark.parametrize("name", REGULAR)
def test_what_is_only_regular_goes_on(name: str) -> None:
    assert stopped_at(REGULAR[name]) is None


def test_far_back_is_forgotten() -> None:
    watch = RepetitionWatch()
    assert not any(watch.add(token) for _ in range(TIMES + 1) for token in range(600))
    assert len(watch._places[0]) <= 2
