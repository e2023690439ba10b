"""What the program knows of one language to be asked about documents as wholes in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from phi3desk.library.overview.types import Asked

#: what patterns ask about that share their signs
INVENTORIES = (Asked.INVENTORY, Asked.COUNT)
OF_PAGES = (Asked.PAGE_COUNT, Asked.PAGES, Asked.COUNT)
#: which slots of a pattern name documents, "" for "this document"
THIS, NAMED, BOTH, WITH_THIS, TWO = ("",), ("name",), ("", ""), ("", "name"), ("name", "other")


@dataclass(frozen=True)
class Pattern:
    """Some templates, one a line, of one meaning; `names` are the slots that name documents, "" for "this document".

    `certain` tells that such a question cannot be an ordinary one, `loose` that it has no word of documents or pages. See
    `intent` for how a template is written.
    """

    asked: Asked
    templates: str
    names: tuple[str, ...] = ()
    certain: bool = False
    loose: bool = False


class Phrase(StrEnum):
    """What is said of documents without a model.

    No phrase counts in words: numbers stand behind a colon, so that no language needs its plural forms.
    """

    TOTAL = "total"
    LIBRARY = "library"
    ON_TOPIC = "on_topic"
    NONE_ON_TOPIC = "none_on_topic"
    PAGES = "pages"
    LENGTH = "length"
    MORE = "more"
    WHICH = "which"
    WHICH_TWO = "which_two"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    NO_PAGE = "no_page"
    NO_TEXT = "no_text"
    PART_READ = "part_read"
    CHANGED = "changed"
    ONLY_IN = "only_in"
    SAME = "same"
    NO_DIFFERENCE = "no_difference"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True)
class Language:
    """A language: its patterns, with the `words` that stand in several of them, and its phrases.

    `signs` are beginnings of words of which a question holds one where it may ask so; it is compared with patterns only
    then. `page_words` stand before or behind a page's number, as alternatives of a regular expression.
    """

    code: str
    words: Mapping[str, str]
    patterns: tuple[Pattern, ...]
    signs: tuple[tuple[tuple[Asked, ...], str], ...]
    page_words: str
    phrases: Mapping[Phrase, str]
