"""The languages that are known, in the order in which a question is compared with them."""

from __future__ import annotations

from phi3desk.chat.languages.english import ENGLISH
from phi3desk.chat.languages.german import GERMAN
from phi3desk.chat.languages.greek import GREEK
from phi3desk.chat.languages.language import Language, Phrase
from phi3desk.chat.languages.romanian import ROMANIAN
from phi3desk.chat.languages.slovenian import SLOVENIAN
from phi3desk.chat.languages.swedish import SWEDISH
from phi3desk.chat.languages.ukrainian import UKRAINIAN

LANGUAGES: dict[str, Language] = {
    language.code: language for language in (ENGLISH, GERMAN, SLOVENIAN, GREEK, UKRAINIAN, ROMANIAN, SWEDISH)
}


def put(phrase: Phrase, code: str, **values: str | int) -> str:
    """Return a phrase in a language, filled in; in English where the language is not known."""
    return LANGUAGES.get(code, ENGLISH).phrases[phrase].format(**values)
