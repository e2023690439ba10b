"""A page's picture with a sentence marked on it: what is wished for, and what was drawn."""

from __future__ import annotations

from dataclasses import dataclass

#: dots to an inch of paper
DOTS_PER_INCH = 150
#: what a picture takes at most, in bytes
MOST_BYTES = 300_000
PNG, JPEG = "png", "jpeg"


@dataclass(frozen=True)
class PictureWish:
    """The page of a passage, from 1, with `quote` marked, or the passage where there is no quote.

    `start` and `end` are the passage's offsets in the page's text. Without `whole_page` the part of the page around
    the mark is drawn.
    """

    document_id: int
    path: str
    page: int
    start: int
    end: int
    passage: str
    quote: str = ""
    whole_page: bool = False


@dataclass(frozen=True)
class PagePicture:
    """A drawn page or part of one: a file's bytes in `form` (PNG or JPEG), its size in dots.

    `is_marked` is false where what was to be marked does not stand on the page any more.
    """

    data: bytes
    form: str
    width: int
    height: int
    is_marked: bool
