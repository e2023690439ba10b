"""Places in a text as Python counts them, by characters, and as Qt does, by UTF-16 units."""

from __future__ import annotations


def qt_offset(text: str, offset: int) -> int:
    """Return an offset of Python's as Qt counts it: signs beyond the first plane are two units."""
    return offset + sum(1 for sign in text[:offset] if ord(sign) > 0xFFFF)
