"""Reads all claims on a passage in one go while training: each sees itself and the passage, the passage only itself.

A passage of 200 tokens is read once for some twenty claims instead of once for each, so that an hour teaches four times
as much. What is learned so serves an encoder in which the passage sees its claim, too, after it has been shown that for
some steps.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from items import IS_ANSWERED, Item, Text, behind_question, contrast
from torch.nn import functional

if TYPE_CHECKING:
    from train import Encoder

#: tokens of a claim or question, and of a passage; the encoder knows 512 places
MOST_OF_ITEM, MOST_OF_PASSAGE, PLACES = 80, 400, 512
#: where all of a passage is read at once: share of the texts worded apart in a round, and how much is read beside it
SHARE_TOGETHER, CONTRASTS_BESIDE, QUESTIONS_BESIDE, MOST_BESIDE = 0.4, 3, 6, 20
#: batches whose passages are sorted by length
SORTED = 8
#: share of what is seen that is left out while learning, as texts come more than once
DROPPED = 0.1

Each = TypeVar("Each")


@dataclass(frozen=True)
class Reading:
    """A passage with what is read beside it."""

    passage: str
    items: tuple[Item, ...]

    @property
    def letters(self) -> int:
        """How long all of it is."""
        return len(self.passage) + sum(len(item.text) for item in self.items)


@dataclass(frozen=True)
class Rows:
    """Readings as tokens, shape (readings, tokens), their places, and which token sees which.

    `passages` are the tokens of each passage, which come first, `spans` where its items stand.
    """

    ids: torch.Tensor
    places: torch.Tensor
    seen: torch.Tensor
    passages: tuple[int, ...]
    spans: tuple[tuple[tuple[int, int], ...], ...]


def rows_of(readings: Sequence[Reading], tokenizer: Any, prefixes: tuple[str, str], passage: str) -> Rows:
    """Return readings as tokens: the passage behind the place of the longest item, each item before it."""
    begin, end = tokenizer.convert_tokens_to_ids(["<s>", "</s>"])

    def tokens(text: str, most: int) -> list[int]:
        return list(tokenizer(text, add_special_tokens=False)["input_ids"][:most])

    rows, spans, lengths = [], [], []
    for reading in readings:
        items = [[begin, *tokens(prefixes[item.kind] + item.text, MOST_OF_ITEM), end] for item in reading.items]
        read = [end, *tokens(passage + reading.passage, MOST_OF_PASSAGE), end]
        first = max(map(len, items))
        row = [(token, first + at, 0) for at, token in enumerate(read)]
        own = []
        for number, item in enumerate(items, 1):
            own.append((len(row), len(row) + len(item)))
            row += [(token, at, number) for at, token in enumerate(item)]
        rows.append(row)
        spans.append(tuple(own))
        lengths.append(len(read))
    longest = max(map(len, rows))
    filled = torch.tensor([row + [(1, 0, -1)] * (longest - len(row)) for row in rows])
    ids, places, parts = filled.unbind(2)
    one, other = parts[:, :, None], parts[:, None, :]
    seen = (one == other) | ((other == 0) & (one != -1))
    return Rows(ids, places.clamp_max(PLACES - 1), seen[:, None], tuple(lengths), tuple(spans))


def odds_of(encoder: Encoder, rows: Rows) -> torch.Tensor:
    """Return the log-odds of all items, in the order of the readings, shape (items, kinds)."""
    states = _states(encoder, rows).float()
    firsts, means = [], []
    for state, length, spans in zip(states, rows.passages, rows.spans, strict=True):
        passage = state[:length].sum(0)
        for begin, end in spans:
            firsts.append(state[begin])
            means.append((passage + state[begin:end].sum(0)) / (length + end - begin))
    return encoder.weighed(torch.stack(firsts), torch.stack(means))


def _states(encoder: Encoder, rows: Rows) -> torch.Tensor:
    """Return what the encoder makes of each token that sees what it is shown."""
    bert, dropped = encoder.bert, DROPPED if encoder.training else 0.0
    embedded = bert.embeddings
    read = embedded.word_embeddings(rows.ids) + embedded.position_embeddings(rows.places)
    states = embedded.LayerNorm(read + embedded.token_type_embeddings.weight[0])
    states = functional.dropout(states, dropped)
    count, length, width = states.shape
    heads = bert.config.num_attention_heads
    for layer in bert.encoder.layer:
        own = layer.attention.self
        query, key, value = (
            each(states).view(count, length, heads, width // heads).transpose(1, 2)
            for each in (own.query, own.key, own.value)
        )
        told = functional.scaled_dot_product_attention(query, key, value, attn_mask=rows.seen)
        told = layer.attention.output.dense(told.transpose(1, 2).reshape(count, length, width))
        states = layer.attention.output.LayerNorm(functional.dropout(told, dropped) + states)
        told = layer.output.dense(functional.gelu(layer.intermediate.dense(states)))
        states = layer.output.LayerNorm(functional.dropout(told, dropped) + states)
    return states


def batches_of(
    found: Iterator[Each], size: int, length: Callable[[Each], int], *, batches: int = SORTED, seed: int = 13
) -> Iterator[list[Each]]:
    """Return so many of alike lengths beside each other, without end; so many `batches` are sorted at a time."""
    chance = random.Random(seed)
    while True:
        some = sorted(itertools.islice(found, size * batches), key=length)
        parts = [some[at : at + size] for at in range(0, len(some), size)]
        chance.shuffle(parts)
        yield from parts


def readings_of(texts: Sequence[Text], chance: random.Random) -> Iterator[Reading]:
    """Return the texts with what is read beside them, again and again; those worded apart in a part of the rounds."""
    while True:
        order = [text for text in texts if text.is_balanced or chance.random() < SHARE_TOGETHER]
        chance.shuffle(order)
        for text in order:
            yield Reading(text.passage, _beside(text, texts, chance))


def _beside(text: Text, texts: Sequence[Text], chance: random.Random) -> tuple[Item, ...]:
    """Return claims, replies and questions on a passage, and some of its sentences as they stand or changed."""
    claims = [Item(behind_question(claim, text, chance), text.passage, is_true) for claim, is_true in text.said]
    replies = [Item(reply, text.passage, is_true) for reply, is_true in text.replied]
    asked = [Item(question, text.passage, is_answered, IS_ANSWERED) for question, is_answered in text.asked]
    chance.shuffle(asked)
    changed = [contrast(text, chance.choice(texts), chance, of_whole=True) for _ in range(CONTRASTS_BESIDE)]
    items = [*claims, *replies, *asked[:QUESTIONS_BESIDE], *(each for each in changed if each is not None)]
    stranger = chance.choice(texts)
    if stranger.language == text.language and stranger is not text and chance.random() < 0.5:
        items.append(Item(chance.choice(stranger.true), text.passage, False))
    chance.shuffle(items)
    return tuple(items[:MOST_BESIDE])
