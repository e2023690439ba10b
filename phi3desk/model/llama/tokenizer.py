"""Turns a rendered prompt into token ids in which only the template's own parts can be control tokens.

llama.cpp, given a whole prompt, takes a control token's text in a document for the token itself. Here special tokens
are looked for in the template's parts only; the plain text between them is tokenised together with the content beside
it, so that harmless content gives exactly the ids of the whole prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from phi3desk.model.llama.chat_template import Part
from phi3desk.model.llama.vocabulary import Attribute, Special, Vocabulary

#: what C's isspace() strips beside tokens that ask for it
_SPACE = " \t\n\v\f\r"
#: SentencePiece's visible space
_VISIBLE_SPACE = "▁"


@dataclass(frozen=True)
class Run:
    """Plain text between two special tokens."""

    text: str


@dataclass(frozen=True)
class Written:
    """An answer in the tokens that it was written in."""

    tokens: tuple[int, ...]


#: what a prompt is made of: special tokens, plain text, and answers as they were written
Item = int | Run | Written


class Tokenizer:
    """Tokenises prompts and plain texts with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._by_id = {special.token: special for special in vocabulary.specials}
        self._patterns: dict[frozenset[int], re.Pattern[str] | None] = {}

    def plain(self, text: str) -> list[int]:
        """Return the ids of a text that is all content."""
        return self._tokenize_run(text, self._vocabulary.guarded)

    def prompt(self, parts: Iterable[Part]) -> list[int]:
        """Return the ids of a rendered prompt, with the beginning token once if the model wants it."""
        items = self._strip(self._partition(parts))
        markers = {item for item in items if isinstance(item, int)}
        guarded = self._vocabulary.guarded | markers
        tokens: list[int] = []
        for item in items:
            if isinstance(item, Run):
                tokens += self._tokenize_run(item.text, guarded)
            elif isinstance(item, Written):
                tokens += item.tokens
            else:
                tokens.append(item)
        if self._vocabulary.adds_bos and self._vocabulary.bos >= 0 and tokens[:1] != [self._vocabulary.bos]:
            tokens.insert(0, self._vocabulary.bos)
        return tokens

    def markers(self, parts: Iterable[Part]) -> frozenset[int]:
        """Return the control tokens among the template's own parts."""
        found = (item for item in self._partition(parts) if isinstance(item, int))
        return frozenset(item for item in found if self._by_id[item].attributes & Attribute.CONTROL)

    def _partition(self, parts: Iterable[Part]) -> list[Item]:
        items: list[Item] = []
        listed = list(parts)
        for part, after in zip(listed, [*listed[1:], None], strict=True):
            following = self._split(after.text) if after is not None and not after.content else []
            # where a special token ends it, what follows is tokenised as if the answer had been text
            if part.tokens and isinstance(next(iter(following), None), int) and self._says(part.tokens, part.text):
                items.append(Written(part.tokens))
                continue
            pieces: Sequence[Item] = [Run(part.text)] if part.content else self._split(part.text)
            for piece in pieces:
                if isinstance(piece, Run) and items and isinstance(items[-1], Run):
                    items[-1] = Run(items[-1].text + piece.text)
                elif not isinstance(piece, Run) or piece.text:
                    items.append(piece)
        return items

    def _says(self, tokens: tuple[int, ...], text: str) -> bool:
        """Return whether tokens, none of which is a marker, say a text, but for the space around it."""
        if not all(0 <= token < self._vocabulary.size for token in tokens):
            return False
        if not self._vocabulary.guarded.isdisjoint(tokens):
            return False
        said = b"".join(self._vocabulary.piece(token) for token in tokens)
        return said.decode("utf-8", "replace").strip() == text

    def _split(self, text: str) -> list[Item]:
        """Split the template's own text at special tokens, the longest first as llama.cpp does."""
        items: list[Item] = [Run(text)]
        for special in self._vocabulary.specials:
            if not special.text or special.text not in text:
                continue
            split: list[Item] = []
            for item in items:
                split += _split_run(item, special) if isinstance(item, Run) else [item]
            items = split
        return items

    def _strip(self, items: list[Item]) -> list[Item]:
        """Strip the space beside tokens that swallow it (Phi-3's do, to their right)."""
        stripped: list[Item] = []
        for index, item in enumerate(items):
            if not isinstance(item, Run):
                stripped.append(item)
                continue
            text = item.text
            before = items[index - 1] if index else None
            after = items[index + 1] if index + 1 < len(items) else None
            if isinstance(before, int) and self._by_id[before].attributes & Attribute.RSTRIP:
                text = text.lstrip(_SPACE)
            if isinstance(after, int) and self._by_id[after].attributes & Attribute.LSTRIP:
                text = text.rstrip(_SPACE)
            if text:
                stripped.append(Run(text))
        return stripped

    def _tokenize_run(self, text: str, guarded: frozenset[int]) -> list[int]:
        pieces = self._cut(text, guarded)
        tokens = self._vocabulary.tokenize(pieces[0]) if pieces else []
        for piece in pieces[1:]:
            tokens += self._continue(piece)
        if guarded.isdisjoint(tokens):
            return tokens
        # a vocabulary that rewrites text can still make a marker of it: go letter by letter, leave out what remains
        letters = [token for letter in text for token in self._continue(letter)]
        return [token for token in letters if token not in guarded]

    def _cut(self, text: str, guarded: frozenset[int]) -> list[str]:
        """Cut a text inside everything that reads like a guarded token, so that none can be made of a piece."""
        pattern = self._pattern(guarded)
        if pattern is None:
            return [text] if text else []
        seen = text.replace(" ", _VISIBLE_SPACE)
        cuts = [match.start() + 1 for match in pattern.finditer(seen)]
        edges = [0, *cuts, len(text)]
        return [text[start:end] for start, end in pairwise(edges) if start < end]

    def _pattern(self, guarded: frozenset[int]) -> re.Pattern[str] | None:
        """Return what finds every beginning, overlapping ones too, of a guarded token's text."""
        if guarded in self._patterns:
            return self._patterns[guarded]
        texts = {self._vocabulary.text(token).replace(" ", _VISIBLE_SPACE) for token in guarded}
        longer = sorted((text for text in texts if len(text) > 1), key=len, reverse=True)
        pattern = re.compile("(?=" + "|".join(map(re.escape, longer)) + ")") if longer else None
        self._patterns[guarded] = pattern
        return pattern

    def _continue(self, text: str) -> list[int]:
        """Tokenise a piece that goes on from another one: without the space SentencePiece puts before a text."""
        if not self._vocabulary.is_spm:
            return self._vocabulary.tokenize(text)
        guard = self._vocabulary.tokenize("\n")
        tokens = self._vocabulary.tokenize("\n" + text)
        return tokens[len(guard) :] if tokens[: len(guard)] == guard else self._vocabulary.tokenize(text)


def _split_run(run: Run, special: Special) -> list[Item]:
    items: list[Item] = []
    for index, text in enumerate(run.text.split(special.text)):
        if index:
            items.append(special.token)
        if text:
            items.append(Run(text))
    return items
