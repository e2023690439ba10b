"""Writes a dossier as a file of the kind that its name says."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from phi3desk.chat.dossier.blocks import Telling, blocks_of, inert_line
from phi3desk.chat.dossier.dossier import Dossier
from phi3desk.chat.dossier.markdown import markdown_of
from phi3desk.errors import UserError
from phi3desk.library.reading.page_picture import PagePicture
from phi3desk.paths import write_bytes_atomically


class Kind(StrEnum):
    """What a dossier can be written as; the value is the file's suffix."""

    MARKDOWN = ".md"
    DOCX = ".docx"
    PDF = ".pdf"


def kind_of_file(path: Path) -> Kind:
    """Return what a file is written as, by its suffix; UserError for one that names no kind of file there is."""
    suffix = path.suffix.lower()
    if suffix not in tuple(Kind):
        raise UserError(
            "A dossier is written as Markdown, DOCX or PDF: let the name of the file end with .md, .docx or .pdf."
        )
    return Kind(suffix)


def write_dossier(dossier: Dossier, path: Path, telling: Telling | None = None) -> None:
    """Write a dossier; the file is whole or not there. The pictures of a Markdown file go into a folder beside it."""
    telling = telling or Telling()
    kind = kind_of_file(path)
    blocks = list(blocks_of(dossier, telling))
    title = inert_line(dossier.title)
    if kind is Kind.MARKDOWN:
        folder = path.with_name(f"{path.stem} pages")
        text, pictures = markdown_of(blocks, folder.name)
        _write_pictures(folder, pictures)
        write_bytes_atomically(path, text.encode("utf-8", "replace"))
    elif kind is Kind.DOCX:
        from phi3desk.chat.dossier.word import docx_of

        write_bytes_atomically(path, docx_of(blocks, title, dossier.made))
    else:
        from phi3desk.chat.dossier.pdf import pdf_of

        write_bytes_atomically(path, pdf_of(blocks, title))


def _write_pictures(folder: Path, pictures: Mapping[str, PagePicture]) -> None:
    if not pictures:
        return
    folder.mkdir(exist_ok=True)
    for name, picture in pictures.items():
        write_bytes_atomically(folder / name, picture.data)
