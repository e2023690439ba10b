"""A search as a command makes it: what a question names a page for is that page, before anything that was found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phi3desk.chat.intent import intent_of
from phi3desk.library.documents import Found, SearchResult, SearchScope
from phi3desk.library.overview.types import Asked, Told, Within

if TYPE_CHECKING:
    from phi3desk.cli.documents import AnyLibrary

#: what a passage of the page is ahead of all that was found elsewhere, and of the one after it on its page
_AHEAD = 1.0
_STEP = 1e-4


def search(library: AnyLibrary, question: str, k: int, scope: SearchScope) -> SearchResult:
    """Return the k best passages for a question; the passages of a page that it asks for come first, in their order."""
    result = library.search(question, k, scope)
    asked = intent_of(question)
    if asked is None or asked.asked is not Asked.PAGES:
        return result
    overview = library.overview(asked, Within(scope))
    if overview.told is not Told.FOUND:
        return result
    known = {found.passage.id: found for found in result.found}
    top = max((found.score for found in result.found), default=0.0) + _AHEAD
    first = [
        replace(known.get(passage.id) or Found(passage, 0.0, True), score=top - _STEP * at, relevant=True)
        for at, passage in enumerate(overview.passages)
    ]
    there = {found.passage.id for found in first}
    rest = [found for found in result.found if found.passage.id not in there]
    return replace(result, found=(*first, *rest)[:k])
