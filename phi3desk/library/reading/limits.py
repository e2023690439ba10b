"""What one file may take of a reader, and the events of a reading: its pages within the limits, then its state."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from phi3desk.errors import Sentence, Value, say, say_both
from phi3desk.library.documents import Heading, Page, State
from phi3desk.library.reading.protocol import Details, Finished, Opened, ReadEvent, tables_told
from phi3desk.library.reading.sheet_tables.cells import SheetCells
from phi3desk.library.text import has_text

#: What a document may have at most; the rest of it is left out, and the reason says so.
MOST_PAGES = 20_000
MOST_CHARACTERS = 100_000_000
#: A page with more characters is no page that anyone reads; the rest of it is left out, and the reason says so.
LONGEST_PAGE = 2_000_000
#: Text files are read up to here.
MOST_TEXT_BYTES = 100 * 1024**2

_log = logging.getLogger(__name__)


class Refusal(Exception):
    """A file that cannot be read, with the sentence that says why and what to do."""

    def __init__(self, template: str, state: State = State.FAILED, **values: Value) -> None:
        self.state = state
        self.sentence = Sentence(template, values)
        super().__init__(str(self.sentence))

    @classmethod
    def of(cls, sentence: Sentence, state: State) -> Refusal:
        """Make a refusal that says a sentence made elsewhere."""
        return Refusal(sentence.template, state, **sentence.values)


@dataclass
class ReadContent:
    """What a file holds: its pages as they are read, and what is known of it once they are.

    `reasons` are filled while the pages are read: what was left out. All of them are shown, as one sentence after the
    other. `pages` number themselves: the numbers they carry are replaced by their place. `count` is 0 where only the
    end tells it. `cells` are those of sheets, filled while the pages are read.
    """

    kind: str
    pages: Iterator[Page]
    count: int = 0
    title: str = ""
    reasons: list[Sentence] = field(default_factory=list)
    #: The reason where no page holds text.
    empty: Sentence = field(default_factory=lambda: say("The file holds no text."))
    cells: SheetCells | None = None


def told(content: ReadContent) -> Iterator[ReadEvent]:
    """Yield the events of a reading: Opened, a Page for each page, Finished, Details, then those of tables.

    A file that breaks off after pages with text is READ, and the reason says from where on it is missing.
    """
    yield Opened(min(content.count, MOST_PAGES), content.kind)
    number = characters = 0
    anything = is_cut = False
    cells = content.cells if content.cells is not None else SheetCells()
    try:
        for page in content.pages:
            if number >= MOST_PAGES or characters >= MOST_CHARACTERS:
                content.reasons.insert(
                    0, say("Only the first {pages} pages were read; the file has more.", pages=number)
                )
                cells.broken_off()
                break
            number += 1
            characters += len(page.text)
            if len(page.text) > LONGEST_PAGE and not is_cut:
                is_cut = True
                content.reasons.insert(
                    0,
                    say(
                        "Only the first {characters} characters of page {page} were read.",
                        characters=LONGEST_PAGE,
                        page=number,
                    ),
                )
            anything = anything or has_text(page.text)
            yield replace(
                page,
                number=number,
                text=_encodable(page.text[:LONGEST_PAGE]),
                headings=_within(page.headings),
                label=_encodable(page.label),
            )
    except (MemoryError, GeneratorExit):
        raise
    except Refusal as refusal:
        if not anything:
            raise
        content.reasons.insert(0, refusal.sentence)
        cells.broken_off()
    except Exception as error:  # what a damaged file makes a parser raise ends the file, not what was read before
        if not anything:
            raise
        _log.info("a file breaks off after page %d: %s", number, type(error).__name__)
        content.reasons.insert(0, say("The file is damaged: only the first {pages} pages were read.", pages=number))
        cells.broken_off()
    reason = reduce(say_both, [*content.reasons, cells.limit()], None)
    if anything:
        yield Finished(State.READ, reason)
    else:
        yield Finished(State.EMPTY, reason or content.empty)
    yield Details(title=clean_title(content.title))
    yield from tables_told(cells.tables())


def clean_title(text: str) -> str:
    """Return a title in one line of at most 300 printable characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in _encodable(text)).split())[:300]


def _encodable(text: str) -> str:
    """Return a text without the halves of characters, which no line to the parent can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _within(headings: Sequence[Heading]) -> list[Heading]:
    return [heading for heading in headings if heading.end <= LONGEST_PAGE]
