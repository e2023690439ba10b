"""What can be named in a question: collections, folders, documents and pages, and which of them fit typed words."""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from phi3desk.chat.messages import Mention
from phi3desk.errors import UserError, say
from phi3desk.library.documents import Collection, Document
from phi3desk.library.search.page_ranges import PageRanges, page_ranges_text, read_page_ranges
from phi3desk.library.text import fold
from phi3desk.ui.formatting import translate

MOST_OFFERED = 50
#: numbers of pages at the end, perhaps behind a word of the user's language such as "p." or "Seiten"
_PAGES = re.compile(
    r"(?:^|(?<=\s))(?P<word>[^\W\d_]{1,8}\.?\s*)?(?P<pages>\d{1,6}(?:\s*[-\u2010-\u2015,;]\s*\d{1,6})*)\s*$"
)
#: a longer word before numbers that is in a name is meant as that
_LONGEST_SIGN = 3


@dataclass(frozen=True)
class Nameable:
    """Something that can be named: its mentions, the words it is found by, and its `place` where two have one name."""

    mentions: tuple[Mention, ...]
    folded: str
    place: str = ""
    pages: int = 0


def text_of(mention: Mention) -> str:
    """Return what was named, in words."""
    return translate(say("p. {page}", page=mention.name)) if mention.pages else mention.name


def of_collections(collections: Iterable[Collection]) -> list[Nameable]:
    """Return collections as they are named."""
    return [Nameable((Mention(one.name, one.id),), fold(one.name)) for one in collections]


def of_documents(documents: Iterable[Document]) -> list[Nameable]:
    """Return documents as they are named, each name once, by name."""
    pages: dict[str, int] = {}
    for document in documents:
        pages[document.name] = max(pages.get(document.name, 0), document.pages)
    names = sorted(pages, key=str.casefold)
    return [Nameable((Mention(name),), fold(name), pages=pages[name]) for name in names]


def of_folders(documents: Iterable[Document], collections: Iterable[Collection]) -> list[Nameable]:
    """Return the folders that hold documents, up to those that collections are bound to, by name."""
    roots = {source.path for one in collections for source in one.sources if source.folder}
    found: set[str] = set()
    for document in documents:
        folder, above = _parent(document.path), []
        while folder and folder not in found:
            above.append(folder)
            if folder in roots or _parent(folder) == folder:
                break
            folder = _parent(folder)
        # a file that is bound by itself has no folder of its own in the library
        if folder in roots or folder in found:
            found.update(above)
    return sorted(
        (Nameable((Mention(_name(path), folder=path),), fold(_name(path)), _parent(path)) for path in found),
        key=lambda one: (one.folded, one.place),
    )


def fitting(typed: str, known: Sequence[Nameable]) -> list[Nameable]:
    """Return what fits typed words; where they end with numbers, those pages of what fits the words before, too."""
    fits = _fitting(typed, known)
    found = _PAGES.search(typed)
    pages = _pages(found["pages"]) if found else ()
    if found is None or not pages:
        return fits[:MOST_OFFERED]
    named = Mention(page_ranges_text(pages), pages=pages)
    word = (found["word"] or "").strip(" .")
    before = typed[: found.start()].rstrip(" ,:")
    documents = [one for one in known if one.pages]
    of_name = _fitting(f"{before} {word}", documents) if before or word else []
    of_rest = _fitting(before, documents) if before and word else []
    with_pages = [
        Nameable((*one.mentions, named), one.folded, one.place)
        for one in dict.fromkeys([*of_name, *of_rest])
        if one.pages >= pages[0][0]
    ]
    is_alone = not before and (len(word) <= _LONGEST_SIGN or not of_name)
    return [*fits, *with_pages, *([Nameable((named,), "")] if is_alone else [])][:MOST_OFFERED]


def _fitting(typed: str, known: Sequence[Nameable]) -> list[Nameable]:
    words = fold(typed).split()
    return [one for one in known if all(word in one.folded for word in words)]


def _pages(text: str) -> PageRanges:
    try:
        return read_page_ranges(text)
    except UserError:
        return ()


def _parent(path: str) -> str:
    """Return the folder of a path of this system or, where a pack came from another, of that one."""
    return posixpath.dirname(path) if "/" in path else ntpath.dirname(path)


def _name(path: str) -> str:
    return ntpath.basename(path) or path
