"""Which language a text is in, among those that documents of the field are written in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import Any

LANGUAGES = (
    "en", "de", "sl", "el", "uk", "ro", "sv",
    "fr", "es", "it", "nl", "pt", "da", "no", "fi", "pl", "cs", "hr", "hu", "ru",
)  # fmt: skip
_LONGEST_SAMPLE = 1500
_FEWEST_LETTERS = 20
#: two threads that need it at once must not both load it
_LOADING = Lock()


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
