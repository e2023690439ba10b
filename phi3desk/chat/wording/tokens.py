"""Words of a question as they are typed, with their places, and which language they are of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from phi3desk.chat.wording.function_words import WORDS
from phi3desk.library.text import fold

#: a word, with what is written together with it: AD8611, WD-40, 3.5, 5°; “'s” stands apart
TOKEN = re.compile(r"[^\W_]+(?:(?:['’](?!s\b)|[.,/·-])[^\W_]+)*[°%]?|%|°\s?[CFK]?\b")
_SENTENCE_END = re.compile(r"[.?!;:]\s*$")
_SCRIPTS = {"el": re.compile("[\u0370-\u03ff]"), "uk": re.compile("[\u0400-\u04ff]")}
_WEIGHT_OF_TEXT = 3.0
_WEIGHT_OF_LETTERS = 0.3


def key_of(word: str) -> str:
    """Return a word as function words are compared: folded."""
    return fold(word.replace("’", "'"))


def begins_sentence(text: str, at: int) -> bool:
    """Return whether a sentence begins at a place of a text."""
    before = text[:at]
    return not before.strip() or _SENTENCE_END.search(before) is not None


def language_of_words(text: str, before: str = "") -> str:
    """Return the language, of those that function words are known of, whose function words a text holds most of.

    `before` is what was said before, which decides where the text has few. Returns "" where no word is known.
    """
    shares, shares_before = _shares(text), _shares(before)
    counts = {code: _WEIGHT_OF_TEXT * shares[code] + shares_before[code] for code in WORDS}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else ""


@lru_cache(maxsize=64)
def _shares(text: str) -> dict[str, float]:
    """Return the share of a text's words that are function words of each language."""
    keys = [key_of(match.group()) for match in TOKEN.finditer(text)]
    return {code: _share(text, keys, code) for code in WORDS}


def _share(text: str, keys: Sequence[str], code: str) -> float:
    script = _SCRIPTS.get(code)
    if not keys:
        return 0.0
    if script is not None:
        return 1.0 if script.search(text) else 0.0
    known = sum(WORDS[code].is_function(key) for key in keys) / len(keys)
    return known + _WEIGHT_OF_LETTERS * bool(known) * any(letter in text for letter in WORDS[code].letters)
