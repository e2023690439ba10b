"""A model's vocabulary: text to token ids and back, and which tokens are markers that no content may produce."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from enum import IntFlag

from phi3desk.model.llama.bindings import api

SPM = 1
#: a token that looks like markup stays guarded even where the GGUF calls it USER_DEFINED
_MARKUP = re.compile(r"</?s>|<bos>|<eos>|<\|.*\|>|<｜.*｜>|\[/?(INST|SYS)\]|<</?SYS>>|<(start|end)_of_turn>", re.DOTALL)


class Attribute(IntFlag):
    """A token's attributes (enum llama_token_attr of llama.h)."""

    UNKNOWN = 1
    UNUSED = 2
    NORMAL = 4
    CONTROL = 8
    USER_DEFINED = 16
    BYTE = 32
    NORMALIZED = 64
    LSTRIP = 128
    RSTRIP = 256


_KNOWN = (Attribute.RSTRIP.value << 1) - 1
_SPECIAL = (Attribute.CONTROL | Attribute.USER_DEFINED | Attribute.UNKNOWN).value


@dataclass(frozen=True)
class Special:
    """A token that llama.cpp finds in raw text before it tokenises the rest."""

    token: int
    text: str
    attributes: Attribute


class Vocabulary:
    """The vocabulary of one loaded model; valid until the model is freed.

    `guarded` holds the ids that only a template may produce, and that are never shown.
    """

    def __init__(self, model: int) -> None:
        self._handle = api.llama_model_get_vocab(model)
        if not self._handle:
            raise ValueError("the model has no vocabulary")
        self.size = int(api.llama_vocab_n_tokens(self._handle))
        self.is_spm = api.llama_vocab_type(self._handle) == SPM
        self.adds_bos = bool(api.llama_vocab_get_add_bos(self._handle))
        self.bos = int(api.llama_vocab_bos(self._handle))
        self.eos = int(api.llama_vocab_eos(self._handle))
        self.specials: tuple[Special, ...] = ()
        self.ends: frozenset[int] = frozenset()
        self.guarded: frozenset[int] = frozenset()
        self._read_tokens()

    def _read_tokens(self) -> None:
        # by plain numbers: a vocabulary has up to some hundred thousand tokens
        attribute_of, is_end, handle = api.llama_vocab_get_attr, api.llama_vocab_is_eog, self._handle
        attributes = [attribute_of(handle, token) & _KNOWN for token in range(self.size)]
        ends = {token for token in range(self.size) if is_end(handle, token)}
        specials = [
            Special(token, self.text(token), Attribute(found))
            for token, found in enumerate(attributes)
            if found & _SPECIAL
        ]
        # llama.cpp looks for the longest first
        self.specials = tuple(sorted(specials, key=lambda special: -len(special.text.encode())))
        guarded = ends | {self.bos, self.eos}
        for special in specials:
            if special.attributes & Attribute.CONTROL or _MARKUP.fullmatch(special.text):
                guarded.add(special.token)
        self.ends = frozenset(ends)
        self.guarded = frozenset(guarded - {-1})

    def text(self, token: int) -> str:
        """Return a token's text as the vocabulary lists it, empty for none."""
        raw = api.llama_vocab_get_text(self._handle, token) if 0 <= token < self.size else None
        return (raw or b"").decode("utf-8", "replace")

    def piece(self, token: int) -> bytes:
        """Return the bytes a token adds to a text; none for control tokens."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = int(api.llama_token_to_piece(self._handle, token, buffer, size, 0, False))
            if length >= 0:
                return buffer.raw[:length]
            size = -length

    def tokenize(self, text: str, *, special: bool = False, add_bos: bool = False) -> list[int]:
        """Return the token ids as llama.cpp makes them; `special` lets text name control tokens."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 16
        while True:
            tokens = (api.llama_token * room)()
            count = int(api.llama_tokenize(self._handle, raw, len(raw), tokens, room, add_bos, special))
            if count >= 0:
                return list(tokens[:count])
            room = -count
