"""The tokens of a SentencePiece unigram model, such as that of XLM-RoBERTa, from a file that is mapped, not loaded.

`tokenizers` takes two seconds and 280 MB for its 250,000 pieces. Here it normalizes a text and splits it into words,
and the most likely pieces of a word are found (Kudo, arXiv 1804.10959, section 3.2) among those that begin with the
same two letters: of these few are ever needed, and most words come again.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

PIECES, FRAME = "pieces.safetensors", "pieces.json"
#: how much less likely than the least likely piece a letter is that is in none, as in SentencePiece
_UNKNOWN_PENALTY = 10.0
#: stands for the space before a word
_SPACE = "▁"
_WORDS_KEPT = 32_768
_LONGEST_WORD_KEPT = 32
_TRIED = (
    "The bearings of the pump are greased every 2,000 hours of operation (see p. 12).",
    "Die Lagerklasse nach TRGS 510 ist 3; Größe: 45 × 60 mm, ½ Zoll, ﬁlter",
    "Перед початком роботи перевірте тиск у гідравлічній системі. Πριν από τη συντήρηση.",
    "ポンプを停止してください。 التحقق من ضغط المضخة 泵的轴承 ＦＵＬＬ １２３",
    "  odd \u00a0 spaces\t\nand\u200b breaks  \ue000\U0001f98a\U0001f98a x ",
    "",
)


def write_pieces(tokenizer: Any, folder: Path) -> bool:
    """Write the pieces of a tokenizer of `tokenizers` into a folder for `UnigramTokenizer`.

    False, and nothing written, where the tokenizer is of another kind or these tokens would not be the same.
    """
    import numpy as np
    from safetensors.numpy import save_file

    frame = json.loads(tokenizer.to_str())
    model = frame["model"]
    if model.get("type") != "Unigram" or model.get("byte_fallback") or model.get("unk_id") is None:
        return False
    special = {token["id"] for token in frame["added_tokens"]}
    unknown, scores = int(model["unk_id"]), [float(score) for _, score in model["vocab"]]
    kept = sorted(
        (text.encode(), index, score)
        for index, (text, score) in enumerate(model["vocab"])
        if text and index not in special and index != unknown
    )
    texts = [text for text, _, _ in kept]
    arrays: dict[str, Any] = {
        "text": np.frombuffer(b"".join(texts), dtype=np.uint8),
        "ends": np.cumsum([len(text) for text in texts], dtype=np.uint32),
        "ids": np.array([index for _, index, _ in kept], dtype=np.uint32),
        "scores": np.array([score for _, _, score in kept], dtype=np.float64),
    }
    before, after = _around(tokenizer)
    model["vocab"], model["unk_id"] = [["?", 0.0]], 0
    frame |= {"added_tokens": [], "post_processor": None, "padding": None, "truncation": None}
    settings = {"unknown": unknown, "unknown_score": min(scores) - _UNKNOWN_PENALTY, "before": before, "after": after}
    save_file(arrays, folder / PIECES)
    (folder / FRAME).write_text(json.dumps({"frame": frame, **settings}), encoding="utf-8")
    ours = UnigramTokenizer(folder, 512)
    if all(ours.tokens([text]) == [tokenizer.encode(text).ids[:512]] for text in _TRIED):
        return True
    for name in (PIECES, FRAME):
        (folder / name).unlink()
    return False


def _around(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Return the tokens that stand before and after those of every text."""
    whole, inner = (tokenizer.encode("a", add_special_tokens=added).ids for added in (True, False))
    at = next(at for at in range(len(whole)) if whole[at : at + len(inner)] == inner)
    return whole[:at], whole[at + len(inner) :]


class UnigramTokenizer:
    """Turns texts into tokens; any thread may use it at any time."""

    def __init__(self, folder: Path, most_tokens: int) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer

        settings = json.loads((folder / FRAME).read_text(encoding="utf-8"))
        frame = Tokenizer.from_str(json.dumps(settings["frame"]))
        self._normalizer, self._splitter = frame.normalizer, frame.pre_tokenizer
        self._before, self._after = list(settings["before"]), list(settings["after"])
        self._room = most_tokens - len(self._before) - len(self._after)
        self._pieces = _Pieces(folder / PIECES, int(settings["unknown"]), float(settings["unknown_score"]))

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the tokens of each text, truncated where there are too many."""
        return [self.framed([token for _, tokens in self.words(text) for token in tokens]) for text in texts]

    def words(self, text: str) -> list[tuple[str, tuple[int, ...]]]:
        """Return the words of a text as the spaces part them, each with its tokens, truncated like `tokens`."""
        # a lone half of a surrogate pair is no text
        clean = text.encode("utf-8", "replace").decode()
        normal = self._normalizer.normalize_str(clean) if self._normalizer is not None else clean
        found: list[tuple[str, tuple[int, ...]]] = []
        room = self._room
        for word, _ in self._splitter.pre_tokenize_str(normal):
            tokens = self._pieces.of(word)[:room]
            found.append((word.removeprefix(_SPACE), tokens))
            room -= len(tokens)
            if not room:
                break
        return found

    def framed(self, tokens: list[int]) -> list[int]:
        """Return tokens with those around them that every text has."""
        return self._before + tokens + self._after

    def pair(self, one: str, other: str) -> list[int]:
        """Return the tokens of two texts that are read together, truncated where there are too many.

        The first is truncated to half of them. Between the two stands what ends a text, twice (as RoBERTa was trained).
        """
        first, second = ([token for _, tokens in self.words(text) for token in tokens] for text in (one, other))
        between = [*self._after, *self._after]
        first = first[: self._room // 2]
        return self.framed([*first, *between, *second[: self._room - len(first) - len(between)]])

    @property
    def tokens_before(self) -> int:
        """How many tokens stand before those of a text."""
        return len(self._before)


class _Pieces:
    """The vocabulary: which pieces a word is most likely made of."""

    def __init__(self, file: Path, unknown: int, unknown_score: float) -> None:
        self._unknown, self._unknown_score = unknown, unknown_score
        # views give Python's own numbers, at a tenth of what those of numpy cost
        arrays = {name: memoryview(array) for name, array in _mapped(file).items()}
        self._text, self._ends = arrays["text"], arrays["ends"]
        self._ids, self._scores = arrays["ids"], arrays["scores"]
        self._count = len(self._ends)
        self._single = lru_cache(maxsize=_WORDS_KEPT)(self._find_single)
        self._beginning = lru_cache(maxsize=_WORDS_KEPT)(self._find_beginning)
        self._kept = lru_cache(maxsize=_WORDS_KEPT)(self._most_likely)

    def of(self, word: str) -> tuple[int, ...]:
        """Return the tokens of a word."""
        return self._kept(word) if len(word) <= _LONGEST_WORD_KEPT else self._most_likely(word)

    def _most_likely(self, word: str) -> tuple[int, ...]:
        length = len(word)
        best = [0.0] + [-1e300] * length
        came: list[tuple[int, int]] = [(0, 0)] * (length + 1)
        for start in range(length):
            so_far = best[start]
            single = self._single(word[start])
            score, index = single or (self._unknown_score, self._unknown)
            if so_far + score > best[start + 1]:
                best[start + 1], came[start + 1] = so_far + score, (start, index)
            longer, longest = self._beginning(word[start : start + 2]) if start + 1 < length else ({}, 0)
            for end in range(start + 2, min(length, start + longest) + 1):
                hit = longer.get(word[start:end])
                if hit is not None and so_far + hit[0] > best[end]:
                    best[end], came[end] = so_far + hit[0], (start, hit[1])
        tokens: list[int] = []
        while length:
            length, index = came[length]
            # letters that are in no piece count as one token where they stand together
            if index != self._unknown or not tokens or tokens[-1] != self._unknown:
                tokens.append(index)
        return tuple(reversed(tokens))

    def _find_single(self, letter: str) -> tuple[float, int] | None:
        text = letter.encode()
        at = self._first(text)
        if at < self._count and self._piece(at) == text:
            return self._scores[at], self._ids[at]
        return None

    def _find_beginning(self, letters: str) -> tuple[dict[str, tuple[float, int]], int]:
        """Return the pieces of two letters and more that begin with these two, and the length of the longest."""
        text = letters.encode()
        found: dict[str, tuple[float, int]] = {}
        at = self._first(text)
        while at < self._count and (piece := self._piece(at)).startswith(text):
            found[piece.decode()] = (self._scores[at], self._ids[at])
            at += 1
        return found, max(map(len, found), default=0)

    def _first(self, text: bytes) -> int:
        """Return the place of the first piece that does not come before a text."""
        return bisect_left(range(self._count), text, key=self._piece)

    def _piece(self, at: int) -> bytes:
        return bytes(self._text[self._ends[at - 1] if at else 0 : self._ends[at]])


def _mapped(file: Path) -> dict[str, Any]:
    """Return the arrays of a file of safetensors, mapped into memory."""
    import numpy as np

    kinds = {"U8": np.uint8, "U32": np.uint32, "F64": np.float64}
    with open(file, "rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        header = json.loads(opened.read(length))
    return {
        name: np.memmap(file, kinds[entry["dtype"]], "r", 8 + length + entry["data_offsets"][0], tuple(entry["shape"]))
        for name, entry in header.items()
        if name != "__metadata__"
    }
