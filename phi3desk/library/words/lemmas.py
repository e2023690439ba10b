"""Base forms of words in languages that Snowball has no stemmer for, from the dictionaries of simplemma.

The dictionaries hold words with their marks and capitals, and are read where they lie compressed: a language takes a
few megabytes and some tenths of a second once, a word some hundredths of a millisecond.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from functools import cache

from phi3desk.library.text import fold

#: what a folded letter may have been before it was folded
_MARKED = {
    "sl": {"c": "cč", "s": "sš", "z": "zž"},
    "uk": {"и": "ий", "і": "ії"},
}
LANGUAGES = frozenset(_MARKED)
#: where an apostrophe was dropped: “обєкт”, “компютер”
_APOSTROPHE = {"uk": re.compile(r"(?<=[бпвмфркнтдсзгжхцчшщ])(?=[яюєі])")}
#: spellings that are looked up of one word
_MOST_SPELLINGS = 24


def lemma(word: str, language: str) -> str:
    """Return the base form of a folded word in one of LANGUAGES, folded; the word itself where it is not held there."""
    dictionary = _dictionary(language)
    spellings = list(itertools.islice(_spellings(word, language), _MOST_SPELLINGS))
    for spelling in (*spellings, *(spelling.capitalize() for spelling in spellings)):
        found = fold(dictionary.get(spelling) or "")
        # the word index holds words of letters only
        if found.isalpha():
            return found
    return word


@cache
def _dictionary(language: str) -> Mapping[str, str]:
    from simplemma.strategies.dictionaries.stream_dictionary_factory import StreamDictionaryFactory

    return StreamDictionaryFactory().get_dictionary(language)


def _spellings(word: str, language: str) -> Iterator[str]:
    """Return what a folded word may look like unfolded, the word as it is first."""
    apostrophe = _APOSTROPHE.get(language)
    words = [word] if apostrophe is None else [*dict.fromkeys((word, apostrophe.sub("'", word, count=1)))]
    marked = _MARKED[language]
    for each in words:
        for letters in itertools.product(*(marked.get(letter, letter) for letter in each)):
            yield "".join(letters)
