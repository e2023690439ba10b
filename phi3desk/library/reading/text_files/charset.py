"""Bytes to text: by their mark, as declared, by what they look like."""

from __future__ import annotations

import codecs
import re

from phi3desk.library.reading.limits import Refusal
from phi3desk.library.reading.text_files.charset_fit import charset_of, is_double, is_fitting_double, is_worse
from phi3desk.library.reading.text_files.charset_wide import wide_charset

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What is meant by names that promise less, as browsers read them (https://encoding.spec.whatwg.org).
_MEANT = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "ascii": "",
}
#: Charsets of seven bits: their bytes look like ASCII.
_SEVEN_BITS = ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2", "iso2022_kr")
_ESCAPES = re.compile(rb"\x1b\$[@B]|\x1b\$\([@-D]|\x1b\$\)C|\x1b\$A")
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
_HIGH = re.compile(rb"[\x80-\xff]")
_C1 = re.compile("[\x80-\x9f]")


def decode(data: bytes, declared: str = "") -> str:
    """Return a text from its bytes: by its byte order mark, as declared where that suits, as UTF-8, else as guessed.

    Raise Refusal where the bytes are no text. Bytes that do not fit become U+FFFD.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) if name == "utf-8" else 0 :].decode(name, "replace").removeprefix("\ufeff")
    stated = _known(declared)
    wide = wide_charset(data)
    if wide:
        return data.decode(wide, "replace")
    seven = _in_seven_bits(data, stated)
    if seven is not None:
        return seven
    if is_binary(data):
        raise Refusal("The file holds no text but binary data; its name does not say what it is.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _in_eight_bits(data, stated)
    # two signs of Chinese can be valid UTF-8, too
    return data.decode(stated, "replace") if is_double(stated) and is_fitting_double(data, stated) else text


def is_binary(data: bytes) -> bool:
    """Return whether bytes are no text in any charset of single bytes or UTF-8."""
    sample = data[:8192]
    controls = sum(1 for byte in sample if byte < 32 and byte not in b"\t\n\r\x0c\x1b")
    return b"\x00" in sample or controls * 50 > len(sample)


def _known(name: str) -> str:
    """Return the charset that a declaration means, "" where it means none that can be right here."""
    found = None
    for written in (name.strip(), name.strip().lower().removeprefix("x-")):
        try:
            found = found or (codecs.lookup(written) if written else None)
        except (LookupError, ValueError):
            continue
    # Python's own codecs such as "hex" are no charsets; those of several bytes a sign would have been seen before
    if found is None or not getattr(found, "_is_text_encoding", True) or found.name.startswith(("utf-16", "utf-32")):
        return ""
    return _MEANT.get(found.name, found.name)


def _in_seven_bits(data: bytes, stated: str) -> str | None:
    """Return the text of a charset that switches between sets of signs, None where the bytes are in none."""
    if stated in ("utf-7", "hz"):
        names: tuple[str, ...] = (stated,)
    elif _ESCAPES.search(data):
        first = "iso2022_kr" if b"\x1b$)C" in data[:1000] else stated if stated.startswith("iso2022") else ""
        names = tuple(filter(None, (first, *_SEVEN_BITS)))
    elif _HZ.search(data):
        names = ("hz",)
    else:
        return None
    if _HIGH.search(data):
        return None
    for name in names:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if name == stated or name != "hz" or is_fitting_double(text.encode("gb18030"), "gb18030"):
            return text
    return data.decode(names[0], "replace") if _ESCAPES.search(data) else None


def _in_eight_bits(data: bytes, stated: str) -> str:
    as_utf8 = data.decode("utf-8", "replace")
    # a text in UTF-8 with a damaged place or a cut end stays one
    if as_utf8.count("\ufffd") * 20 <= len(_HIGH.findall(data)):
        return as_utf8
    if stated and stated != "utf-8":
        text = data.decode(stated, "replace")
        sound = text.count("\ufffd") * 100 <= len(text) and not _C1.search(text)
        if sound and (is_fitting_double(data, stated) if is_double(stated) else not is_worse(data, stated)):
            return text
    return data.decode(charset_of(data), "replace")
