"""The containers of Office files: what a ZIP claims and what it really holds, checked before anything is parsed.

Only parts in XML are unpacked; pictures, sounds and embedded files never are.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from contextlib import nullcontext
from pathlib import Path

from phi3desk.library.documents import State
from phi3desk.library.reading.limits import Refusal
from phi3desk.library.reading.office.part_names import TYPES, PartNames, plain_name
from phi3desk.library.reading.office.strict_form import STRICT, in_ordinary_form

_MOST_PARTS = 70_000
#: All XML of a document that is held in memory as a tree, and of a sheet that is read row by row.
TREE_BYTES = 256 * 1024**2
STREAM_BYTES = 1024**3
#: Office packs XML up to some 1 to 50; a part of a megabyte and more that claims this is built to do harm.
_MOST_RATIO = 400
_RATIO_FROM_BYTES = 2 * 1024**2
_CHUNK = 1024**2
_DIRECTORY_BYTES = 64 * 1024**2
_MAIN_PARTS = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.xml": "xlsx"}
#: Documents with macros and templates differ from plain documents in the name of their type only.
_VARIANTS = re.compile(
    rb"application/vnd\.(?:ms-(?:word|powerpoint|excel)|openxmlformats-officedocument\.(?:wordprocessing|presentation|"
    rb"spreadsheet)ml)\.(?:document|presentation|sheet|template|slideshow|addin)(?:\.macroEnabled(?:Template)?)?\.main\+xml"
)
_PLAIN = {
    "docx": b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "pptx": b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    "xlsx": b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}


def office_kind(path: Path) -> str:
    """Return docx, pptx or xlsx for a container that holds one, "" for any other; raise Refusal for a damaged one."""
    with _opened(path) as archive:
        names = {plain_name(info.filename).lower() for info in archive.infolist()}
        for part, kind in _MAIN_PARTS.items():
            if part in names:
                return kind
        if "xl/workbook.bin" in names:
            raise Refusal(
                "Excel's binary format (.xlsb) cannot be read. Save the file as XLSX.", state=State.UNSUPPORTED
            )
    return ""


def checked_copy(container: Path | io.BytesIO, kind: str) -> io.BytesIO:
    """Return a container in memory with the XML parts of an Office file, everything else in it emptied.

    What is counted is what comes out while unpacking, not what the container claims. Parts have the names that others
    refer to them by, and the strict form of Office's XML is written as the ordinary one.
    """
    copy = io.BytesIO()
    left = TREE_BYTES
    with _opened(container) as archive, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        parts = _parts(archive)
        names = PartNames(info.filename for info in parts)
        written: set[str] = set()
        for info in parts:
            name = names.proper(info.filename)
            if name in written:
                continue
            written.add(name)
            data = b""
            if _is_xml(name):
                data = _unpacked(archive, info, left)
                left -= len(data)
                data = in_ordinary_form(data)
                if name == TYPES:
                    data = names.corrected_types(_VARIANTS.sub(_PLAIN[kind], data))
                elif name.endswith(".rels"):
                    data = names.corrected_relations(name, data)
            target.writestr(name, data)
    copy.seek(0)
    return copy


def part_of(container: Path | io.BytesIO, name: str, most: int) -> bytes:
    """Return a part as it lies in a container, empty where there is none; raise Refusal beyond `most` bytes."""
    with _opened(container) as archive:
        wanted = plain_name(name).lower()
        for info in archive.infolist():
            if plain_name(info.filename).lower() == wanted and not info.flag_bits & 0x1:
                return _unpacked(archive, info, most)
    return b""


def has_odd_form(path: Path) -> bool:
    """Return whether a workbook is in the strict form, or names its parts otherwise than it refers to them."""
    with _opened(path) as archive:
        parts = _parts(archive)
        names = PartNames(info.filename for info in parts)
        for info in parts:
            if info.filename != names.proper(info.filename):
                return True
            if info.filename in _MAIN_PARTS and STRICT in _unpacked(archive, info, TREE_BYTES)[:4096]:
                return True
            if info.filename == TYPES or info.filename.endswith(".rels"):
                data = _unpacked(archive, info, TREE_BYTES)
                is_types = info.filename == TYPES
                by = names.corrected_types(data) if is_types else names.corrected_relations(info.filename, data)
                if by != data:
                    return True
    return False


def check(path: Path) -> None:
    """Unpack the XML parts of a container once without keeping them; raise Refusal where they pass the limits."""
    left = STREAM_BYTES
    with _opened(path) as archive:
        for info in _parts(archive):
            if _is_xml(info.filename):
                left -= _counted(archive, info, left)


def _opened(container: Path | io.BytesIO) -> zipfile.ZipFile:
    _check_directory(container)
    try:
        return zipfile.ZipFile(container)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise Refusal("The file is damaged: it is cut off or was changed on its way. Get it once more.") from error


def _check_directory(container: Path | io.BytesIO) -> None:
    """Refuse a directory that is itself too large to be read: a container of nothing but names."""
    with container.open("rb") if isinstance(container, Path) else nullcontext(container) as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at >= 0 and len(tail) >= at + 16 and int.from_bytes(tail[at + 12 : at + 16], "little") > _DIRECTORY_BYTES:
        raise Refusal("The file claims to hold more parts than any document has; it is not read.")


def _parts(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the parts of a container, each name once, after a look at what the container claims."""
    parts = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    if len(archive.infolist()) > _MOST_PARTS:
        raise Refusal("The file claims to hold more parts than any document has; it is not read.")
    claimed = 0
    for info in parts.values():
        if not _is_xml(info.filename):
            continue
        if info.flag_bits & 0x1:
            raise Refusal("The file is protected with a password. Save it without the password to have it read.")
        claimed += info.file_size
        if info.file_size > _RATIO_FROM_BYTES and info.file_size > _MOST_RATIO * max(1, info.compress_size):
            raise _bomb()
    if claimed > STREAM_BYTES:
        raise _bomb()
    return list(parts.values())


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    data = io.BytesIO()
    _counted(archive, info, left, data)
    return data.getvalue()


def _counted(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, kept: io.BytesIO | None = None) -> int:
    """Unpack a part chunk by chunk; raise Refusal when more than `left` bytes come out."""
    size = 0
    try:
        with archive.open(info) as part:
            while chunk := part.read(_CHUNK):
                size += len(chunk)
                if size > left or (size > _RATIO_FROM_BYTES and size > _MOST_RATIO * max(1, info.compress_size)):
                    raise _bomb()
                if kept is not None:
                    kept.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Refusal("The file is damaged: it is cut off or was changed on its way. Get it once more.") from error
    return size


def _bomb() -> Refusal:
    return Refusal("The file unpacks to far more than a document holds; it is not read.")
