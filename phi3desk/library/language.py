"""Which language a text is in, among those that documents of the field are written in."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import Any

LANGUAGES = (
    "en", "de", "sl", "el", "uk", "ro", "sv",
    "fr", "es", "it", "nl", "pt", "da", "no", "fi", "pl", "cs", "hr", "hu", "ru",
)  # fmt: skip
#: Languages beside these that a text is compared with to tell its charset, and what speaks against each.
_ALSO_LIKELY = ("sk", "bg", "sr", "mk", "be", "tr", "et", "lv", "lt", "sq", "is", "ca", "bs", "he", "ar", "fa")
_LESS_LIKELY = 5.0
#: Minus the logarithm of the share of a letter pair that a language hardly has.
_NEVER_MET = 11.5
_LONGEST_SAMPLE = 1500
_FEWEST_LETTERS = 20
#: two threads that need it at once must not both load it
_LOADING = Lock()
_GROUP_BYTES = 4


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid import langid

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def load() -> None:
    """Load what `language_of` needs ahead of its first use; it goes through a temporary file."""
    with _LOADING:
        _identifier()


@lru_cache(maxsize=32_768)
def known_groups(word: str) -> tuple[int, int]:
    """Return how many groups of four bytes of a word occur in some language, and how many groups it has.

    The groups are those of py3langid's model of 140 languages, whose automaton goes back to a shorter group where it
    does not know a longer one. Real words of any of them know half of their groups and more, shuffled letters one in
    twenty. Letters beyond the alphabets, such as Chinese ones, take three bytes: one of them is a group.
    """
    with _LOADING:
        identifier = _identifier()
    letters = f" {word} ".encode("utf-8", "ignore")
    size = _GROUP_BYTES
    if len(word) == 1 and len(letters) == 5:
        letters, size = letters[1:4], 3
    groups = range(size, len(letters) + 1)
    known = sum(
        _state(identifier, letters[end - size : end]) != _state(identifier, letters[end - size + 1 : end])
        for end in groups
    )
    return known, len(groups)


def _state(identifier: Any, letters: bytes) -> int:
    """Return where the automaton of py3langid stands after some bytes."""
    state = 0
    for letter in letters:
        state = identifier.tk_nextmove[(identifier.tk_row[state] << 8) + letter]
    return state


def scores(text: str) -> dict[str, float]:
    """Return how likely each language is for a text, summing to 1."""
    with _LOADING:
        identifier = _identifier()
    return {str(code): float(share) for code, share in identifier.rank(text[:_LONGEST_SAMPLE])}


def language_of(text: str, known: Mapping[str, float] | None = None) -> str:
    """Return the language code of a text, or "" where it holds too few letters to tell.

    `known` are the shares of the languages in the searched documents. A question is short, so what the documents
    are written in weighs with it: without it, Swedish questions of five words come out as Norwegian.
    """
    fewest = _FEWEST_LETTERS if known is None else 3
    letters = islice((c for c in text[:_LONGEST_SAMPLE] if c.isalpha()), fewest)
    if sum(1 for _ in letters) < fewest:
        return ""
    likely = scores(" ".join(text.split()))
    if known:
        likely = {code: share * (0.02 + known.get(code, 0.0)) for code, share in likely.items()}
    return max(likely, key=lambda code: likely[code])


@lru_cache(maxsize=1)
def _judge() -> Any:
    """Return an identifier whose scores tell how much a text looks like a language, not only which it looks most like.

    Each pair and triple of letters counts by how much more frequent it is in the language than one that is never met.
    """
    # made of the model that is loaded: a reader that is confined cannot load another one
    judge = copy.copy(_identifier())
    judge._norm_probs = False
    judge.set_languages([*LANGUAGES, *_ALSO_LIKELY])
    judge.nb_ptc = judge.nb_ptc.astype("float32") + _NEVER_MET
    judge.nb_pc = judge.nb_pc * 0
    return judge


def likeness(text: str) -> float:
    """Return how much a text looks like the language it looks most like: the higher, the more of it are its letters.

    Differences between readings of the same bytes mean something, the number alone does not.
    """
    with _LOADING:
        judge = _judge()
        ranked = judge.rank(text)
    return max(0.0, *(float(score) - _LESS_LIKELY * (code not in LANGUAGES) for code, score in ranked))
