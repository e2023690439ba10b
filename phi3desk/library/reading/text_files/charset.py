"""Bytes to text, where the charset is not declared."""

from __future__ import annotations

import codecs
import re

from phi3desk.library.reading.limits import Refusal

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What Windows writes in Central Europe, in Cyrillic, in the West, in Greek and in Turkish, and the older ISO and KOI8
#: charsets; others are too easily taken for these.
_CANDIDATES = ["cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "iso8859_2", "iso8859_5", "iso8859_7", "koi8_u"]
_SAMPLE = 200_000
_HIGH = re.compile(rb"[\x80-\xff]")
#: Letters of cp1250 that hardly any text has; in cp1252 the same bytes are letters of French, Swedish, Danish.
_RARE = frozenset("ĺŕĹŔ")


def decode(data: bytes, declared: str = "") -> str:
    """Return a text from its bytes: by its byte order mark, as declared, as UTF-8, else as its letters suggest.

    Raise Refusal where the bytes are no text. Bytes that do not fit become U+FFFD.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) if name == "utf-8" else 0 :].decode(name, "replace").removeprefix("\ufeff")
    sixteen = _utf16_without_mark(data)
    if sixteen:
        return data.decode(sixteen, "replace")
    if is_binary(data):
        raise Refusal("The file holds no text but binary data; its name does not say what it is.")
    for name in ("utf-8", _known(declared)):
        if name:
            try:
                return data.decode(name)
            except UnicodeDecodeError:
                continue
    return _guessed(data)


def is_binary(data: bytes) -> bool:
    """Return whether bytes are no text in any charset of single bytes or UTF-8."""
    sample = data[:8192]
    controls = sum(1 for byte in sample if byte < 32 and byte not in b"\t\n\r\x0c\x1b")
    return b"\x00" in sample or controls * 50 > len(sample)


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name.strip()) if name.strip() else None
    except (LookupError, ValueError):
        return ""
    # Python's own codecs such as "hex" are no charsets
    return found.name if found is not None and getattr(found, "_is_text_encoding", True) else ""


def _utf16_without_mark(data: bytes) -> str:
    sample = data[:4096]
    half = len(sample) // 2
    if half < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.05 else ""


def _guessed(data: bytes) -> str:
    as_utf8 = data.decode("utf-8", "replace")
    high = len(_HIGH.findall(data))
    # a text in UTF-8 with a damaged place or a cut end stays one
    if as_utf8.count("\ufffd") * 20 <= high:
        return as_utf8
    sample = data[:_SAMPLE]
    name = _best(sample, _CANDIDATES) or "cp1252"
    text = sample.decode(name, "replace")
    letters = [c for c in text if c.isalpha()]
    if name in ("cp1250", "cp1252", "cp1254") and sum(c > "\x7f" for c in letters) * 10 > len(letters) * 6:
        # no text in Latin letters has accents on most of them
        name = _best(sample, ["cp1251", "cp1253"]) or "cp1251"
    elif name == "cp1250" and any(c in _RARE for c in text):
        name = "cp1252"
    return data.decode(name, "replace")


def _best(sample: bytes, names: list[str]) -> str:
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=names).best()
    return found.encoding if found is not None else ""
