"""UTF-16 and UTF-32 without a mark: told from binary data by whether the signs make a text."""

from __future__ import annotations

import unicodedata

from phi3desk.library.reading.text_files.charset_fit import wide_fit

_SAMPLE = 8192
#: One sign of so many may be none that a text has, as where a file is damaged.
_ONE_ODD_OF = 200
#: Letters as they lie in Unicode: of an alphabet that separates words, and of scripts that may not.
_ALPHABETS = ((0x41, 0x24F), (0x370, 0x3FF), (0x400, 0x52F), (0x590, 0x5FF), (0x600, 0x6FF), (0xE00, 0xE7F))
_FEWEST = 2


def wide_charset(data: bytes) -> str:
    """Return the charset of two or four bytes a sign that bytes are in, "" where they are in none."""
    sample = data[:_SAMPLE]
    if b"\x00" not in sample and _is_utf8(sample):
        return ""
    names: tuple[str, ...] = ("utf-32-le", "utf-32-be") if sample.count(0) * 3 >= len(sample) else ()
    for name in (*names, "utf-16-le", "utf-16-be"):
        if _is_text(sample, name):
            return name
    return ""


def _is_utf8(sample: bytes) -> bool:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        # a sign that the sample's end cuts
        return len(sample) == _SAMPLE and error.start > _SAMPLE - 4
    return True


def _is_text(sample: bytes, name: str) -> bool:
    width = 4 if "32" in name else 2
    text = sample[: len(sample) // width * width].decode(name, "replace")
    if len(text) < _FEWEST:
        return False
    odd = sum(1 for sign in text if sign == "\ufffd" or (sign not in "\t\n\r\f" and _is_no_sign(sign)))
    if odd * _ONE_ODD_OF > len(text):
        return False
    letters = [sign for sign in text if sign.isalpha()]
    written = [sum(1 for sign in letters if first <= ord(sign) <= last) for first, last in _ALPHABETS]
    ascii_signs = sum(1 for sign in text if sign < "\x7f" and not sign.isalpha())
    if sum(written) * 10 >= len(letters) * 9 and (sum(written) + ascii_signs) * 10 >= len(text) * 7:
        # Latin beside one other alphabet is usual, three are no text
        return sum(sorted(written[1:])[:-1]) * 20 <= len(letters)
    return wide_fit(text) > 0


def _is_no_sign(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cn", "Co", "Cs")
