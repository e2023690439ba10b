"""The containers of Office files: what a ZIP claims and what it really holds, checked before anything is parsed.

Only parts in XML are unpacked; pictures, sounds and embedded files never are.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from pathlib import Path

from phi3desk.library.documents import State
from phi3desk.library.reading.limits import Refusal

_MOST_PARTS = 70_000
#: All XML of a document that is held in memory as a tree, and of a sheet that is read row by row.
TREE_BYTES = 256 * 1024**2
STREAM_BYTES = 1024**3
#: Office packs XML up to some 1 to 50; a part of a megabyte and more that claims this is built to do harm.
_MOST_RATIO = 400
_RATIO_FROM_BYTES = 2 * 1024**2
_CHUNK = 1024**2
_DIRECTORY_BYTES = 64 * 1024**2
_TYPES = "[Content_Types].xml"
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
_STRICT = b"http://purl.oclc.org/ooxml/"


def office_kind(path: Path) -> str:
    """Return docx, pptx or xlsx for a container that holds one, "" for any other; raise Refusal for a damaged one."""
    with _opened(path) as archive:
        names = {info.filename for info in archive.infolist()}
        for part, kind in _MAIN_PARTS.items():
            if part in names:
                return kind
        if "xl/workbook.bin" in names:
            raise Refusal(
                "Excel's binary format (.xlsb) cannot be read. Save the file as XLSX.", state=State.UNSUPPORTED
            )
    return ""


def checked_copy(path: Path, kind: str) -> io.BytesIO:
    """Return a container in memory with the XML parts of an Office file, everything else in it emptied.

    What is counted is what comes out while unpacking, not what the container claims.
    """
    copy = io.BytesIO()
    left = TREE_BYTES
    with _opened(path) as archive, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        parts = _parts(archive)
        names = frozenset(info.filename.lower() for info in parts)
        for info in parts:
            data = b""
            if _is_xml(info.filename):
                data = _unpacked(archive, info, left)
                left -= len(data)
                if info.filename == _TYPES:
                    data = _VARIANTS.sub(_PLAIN[kind], data)
                elif info.filename.endswith(".rels"):
                    data = _without_loose_ends(info.filename, data, names)
                elif info.filename in _MAIN_PARTS and _STRICT in data[:4096]:
                    raise Refusal(
                        "The file is in the strict form of Office's format. Open it and save it as an ordinary one."
                    )
            target.writestr(info.filename, data)
    copy.seek(0)
    return copy


def _without_loose_ends(name: str, data: bytes, names: frozenset[str]) -> bytes:
    """Take out what leads to parts that are not there: some programs leave such, and the readers stumble over them."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(data, parser)
    base = posixpath.dirname(posixpath.dirname(name))
    changed = False
    for relation in list(root):
        target = relation.get("Target", "")
        if relation.get("TargetMode") == "External":
            continue
        at = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(base, target))
        if at.split("#")[0].lower() not in names:
            root.remove(relation)
            changed = True
    return etree.tostring(root, encoding="UTF-8", standalone=True) if changed else data


def check(path: Path) -> None:
    """Unpack the XML parts of a container once without keeping them; raise Refusal where they pass the limits."""
    left = STREAM_BYTES
    with _opened(path) as archive:
        for info in _parts(archive):
            if _is_xml(info.filename):
                left -= _counted(archive, info, left)


def _opened(path: Path) -> zipfile.ZipFile:
    _check_directory(path)
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise Refusal("The file is damaged: it is cut off or was changed on its way. Get it once more.") from error


def _check_directory(path: Path) -> None:
    """Refuse a directory that is itself too large to be read: a container of nothing but names."""
    with path.open("rb") as file:
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
