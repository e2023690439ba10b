"""Lists of words as one text: words between spaces, `*` at the end of one for any ending."""

from __future__ import annotations

from functools import cache, lru_cache

from phi3desk.library.text import fold


@lru_cache(maxsize=50_000)
def is_listed(word: str, words: str) -> bool:
    """Return whether a folded word is one of a list, or begins as one that ends in `*`."""
    whole, beginnings = _listed(words)
    return word in whole or word.startswith(beginnings)


@cache
def _listed(words: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the words of a list that stand for themselves, and the beginnings that stand for more."""
    every = words.split()
    whole = frozenset(fold(word) for word in every if not word.endswith("*"))
    return whole, tuple(fold(word[:-1]) for word in every if word.endswith("*"))
