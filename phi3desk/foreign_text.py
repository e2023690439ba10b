"""Text that others wrote, such as that of documents and models, made safe to print and to put before a model."""

from __future__ import annotations

import re

#: Unicode's format characters (Cf), by first and last code: they turn the direction of text round or cannot be seen.
_FORMAT = (
    (0xAD, 0xAD), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2),
    (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0001, 0xE0001), (0xE0020, 0xE007F),
)  # fmt: skip
# What a terminal would obey in names, in the text of a document or of a model: all control characters but tab and line
# feed, and what would make a line read as another one.
_UNPRINTED: dict[int, str | None] = {code: None for code in [*range(32), *range(127, 160)] if code not in (9, 10)}
_UNPRINTED |= {code: None for first, last in _FORMAT for code in range(first, last + 1)}
_UNPRINTED |= {0x2028: "\n", 0x2029: "\n"}
# What no one sees and a model reads all the same: letters without a shape, and the selectors of a letter's shape, in
# which whole sentences can be written.
_UNSEEN: dict[int, str | None] = _UNPRINTED | dict.fromkeys((0x34F, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10)))
_UNSEEN |= dict.fromkeys(range(0xE0100, 0xE01F0))

_OPENING, _CLOSING = "[［【〔⟦⁅❲", "]］】〕⟧⁆❳"
_NUMBER = r"\d{1,3}"
_MARK = re.compile(rf"[{re.escape(_OPENING)}](\s*{_NUMBER}(?:\s*[,;–-]\s*{_NUMBER})*\s*)[{re.escape(_CLOSING)}]")
# The words that give a prompt its parts, ours and those of chat templates, where a line or a sentence begins with them.
_PART = re.compile(
    r"(?:^[ \t]*|(?<=[.!?…;][ \t]))"
    r"(?=\W{0,4}(?:question|passages?|answer|notes?|instructions?|system|user|assistant|human|developer)\b"
    r"[^\w\n]{0,3}\s{0,2}[:：])",
    re.IGNORECASE | re.MULTILINE,
)
# Control tokens of chat templates, written out. The tokenizer takes them for text; a small model may not.
_TOKEN = re.compile(r"<([|｜]?/?[A-Za-z_▁]{1,24}[|｜]?)>|\[(/?(?:INST|SYS|SYSTEM_PROMPT|TOOL_CALLS))\]")
_TOKEN_NAMES = frozenset(
    "s /s unk pad bos eos start_of_turn end_of_turn sys /sys think /think".split()  # noqa: SIM905
)


def unprinted() -> str:
    """Return the characters that `printable` takes out or turns into line breaks."""
    return "".join(map(chr, _UNPRINTED))


def printable(text: str) -> str:
    """Return text without what a terminal would obey or turn round; tabs and line breaks stay."""
    return text.translate(_UNPRINTED)


def quoted(text: str) -> str:
    """Return the text of a document as a passage of a prompt: it can begin no other passage, mark, question or turn.

    What cannot be seen is left out, a number in square brackets comes in round ones, a line or sentence that begins as
    a part of a prompt is marked as quoted, and the name of a control token stands in quotes. The rest stays as it is.
    """
    seen = text.translate(_UNSEEN)
    unmarked = _MARK.sub(lambda mark: f"({mark[1].strip()})", seen)
    return _PART.sub("> ", _TOKEN.sub(_token_in_quotes, unmarked))


def quoted_line(text: str, longest: int) -> str:
    """Return a name of a document, such as its title, as `quoted`, on one line of so many characters at most."""
    line = " ".join(quoted(text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _token_in_quotes(found: re.Match[str]) -> str:
    name = found[1] or found[2]
    is_token = found[2] or "|" in name or "｜" in name or name.lower() in _TOKEN_NAMES
    return f"“{name.strip('|｜')}”" if is_token else found[0]
