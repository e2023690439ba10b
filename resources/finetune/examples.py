"""Reads conversations as training examples: what the model is given, and the answer it is to learn."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NO_LOSS = -100
#: batches are filled with examples of like length from windows of so many batches
WINDOW = 16

Message = dict[str, str]


@dataclass(frozen=True)
class Example:
    """A prompt and its answer as token ids; the answer ends with the token that ends a turn."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


@dataclass(frozen=True)
class Reading:
    """How examples are read: with which tokenizer, and how long they may be (tokens)."""

    tokenizer: Any
    longest: int


@dataclass
class Examples:
    """The examples of a file, and how many lines were left out for which reason."""

    examples: list[Example] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Batch:
    """Equally long rows: prompts filled up at the left, and the labels of the answers at the right end."""

    ids: list[list[int]]
    mask: list[list[int]]
    labels: list[list[int]]


@dataclass(frozen=True)
class SharedRow:
    """Examples that begin alike as one row: what they share once, then the rest of each.

    For each token: its id, its place in its own example, and the number of that example, -1 for what is shared.
    `learned` are the indexes whose next token is learned, `labels` those tokens.
    """

    ids: list[int]
    places: list[int]
    owners: list[int]
    learned: list[int]
    labels: list[int]


def read_examples(path: Path, reading: Reading) -> Examples:
    """Read a JSONL file with a conversation `{"messages": [{"role", "content"}, ...]}` on each line."""
    found = Examples()
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.strip():
                continue
            try:
                example = example_of(json.loads(line)["messages"], reading.tokenizer)
            except (ValueError, KeyError, TypeError) as error:
                found.left_out[str(error) if isinstance(error, Unusable) else "not a conversation"] += 1
                continue
            if len(example) > reading.longest:
                found.left_out["too long"] += 1
            else:
                found.examples.append(example)
    return found


class Unusable(ValueError):
    """A conversation that cannot be trained on; its text is the reason."""


def example_of(messages: Sequence[Message], tokenizer: Any) -> Example:
    """Return the last answer of a conversation with all before it as the prompt; raises Unusable.

    Only the last answer is learned: the earlier ones may be examples that the program put there. Prompt and answer are
    tokenised apart, as they are when the model is used.
    """
    messages = [{"role": str(message["role"]), "content": str(message["content"])} for message in messages]
    if len(messages) < 2 or messages[-1]["role"] != "assistant" or not messages[-1]["content"].strip():
        raise Unusable("no answer at the end")
    if any(mark in message["content"] for message in messages for mark in _marks(tokenizer)):
        raise Unusable("text that reads like the model's own marks")
    answer = messages[-1]["content"].strip()
    asked = _as_the_program_puts_it(messages[:-1], tokenizer)
    prompt = tokenizer.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
    whole = tokenizer.apply_chat_template([*asked, {"role": "assistant", "content": answer}], tokenize=False)
    if not whole.startswith(prompt + answer):
        raise Unusable("the chat template changes the answer")
    end = tokenizer(whole[len(prompt) + len(answer) :], add_special_tokens=False).input_ids
    ids = tokenizer(answer, add_special_tokens=False).input_ids
    # of what the template writes after an answer, the model has to learn the first token alone: there it is stopped
    return Example(tuple(tokenizer(prompt, add_special_tokens=False).input_ids), (*ids, *end[:1]))


def _marks(tokenizer: Any) -> set[str]:
    """Return the tokens that steer the model; in a text they could speak for the template."""
    added = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    return {mark for mark in {*added, *tokenizer.all_special_tokens} if mark}


def _as_the_program_puts_it(messages: Sequence[Message], tokenizer: Any) -> list[Message]:
    """Put the instructions at the head of the first question where the template has no place for them."""
    marker = "instructions-7d1f"
    probe = [{"role": "system", "content": marker}, {"role": "user", "content": "question"}]
    try:
        kept = marker in tokenizer.apply_chat_template(probe, tokenize=False)
    except Exception:
        # a template may refuse the role in its own way
        kept = False
    instructions = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    rest = [message for message in messages if message["role"] != "system"]
    if kept or not instructions or not rest:
        return list(messages)
    return [{"role": "user", "content": f"{instructions}\n\n{rest[0]['content']}"}, *rest[1:]]


def batches(examples: Sequence[Example], size: int, order: random.Random | None) -> Iterator[Sequence[Example]]:
    """Give all examples in batches of like length, shuffled by `order`; without it, by length alone."""
    listed = list(examples)
    if order is None:
        listed.sort(key=len)
        groups = [listed[at : at + size] for at in range(0, len(listed), size)]
    else:
        order.shuffle(listed)
        window = size * WINDOW
        groups = []
        for at in range(0, len(listed), window):
            near = sorted(listed[at : at + window], key=len)
            groups += [near[start : start + size] for start in range(0, len(near), size)]
        order.shuffle(groups)
    yield from groups


def batch_of(examples: Sequence[Example], pad: int) -> Batch:
    """Make rows of one length: all answers stand at the right end, where alone scores are computed."""
    longest = max(len(example) for example in examples)
    longest_answer = max(len(example.answer) for example in examples)
    batch = Batch([], [], [])
    for example in examples:
        missing = longest - len(example)
        batch.ids.append([pad] * missing + [*example.prompt, *example.answer])
        batch.mask.append([0] * missing + [1] * len(example))
        batch.labels.append([NO_LOSS] * (longest_answer - len(example.answer)) + list(example.answer))
    return batch


def alike(examples: Sequence[Example], longest: int) -> list[list[Example]]:
    """Group examples whose prompts share their first half or more, as rows of at most `longest` tokens."""
    groups: list[list[Example]] = []
    shared = total = 0
    for example in sorted(examples, key=lambda example: example.prompt):
        common = min(shared, _shared(groups[-1][0].prompt, example.prompt)) if groups else 0
        # what the least alike of them shares stands once in a row, the rest of each beside it
        length = common + total + len(example) - common * (len(groups[-1]) + 1 if groups else 0)
        if groups and 2 * common >= len(example.prompt) and length <= longest:
            groups[-1].append(example)
            shared, total = common, total + len(example)
        else:
            groups.append([example])
            shared = total = len(example)
    return groups


def shared_row(examples: Sequence[Example]) -> SharedRow:
    """Put examples of one group of `alike` into a row; each sees what is shared and its own rest alone."""
    prompts = [example.prompt for example in examples]
    shared = min(len(prompt) - 1 for prompt in prompts)
    for prompt in prompts[1:]:
        shared = min(shared, _shared(prompts[0], prompt))
    row = SharedRow(list(prompts[0][:shared]), list(range(shared)), [-1] * shared, [], [])
    for number, example in enumerate(examples):
        rest = [*example.prompt[shared:], *example.answer]
        row.ids.extend(rest)
        row.places.extend(range(shared, shared + len(rest)))
        row.owners.extend([number] * len(rest))
        end = len(row.ids)
        row.learned.extend(range(end - len(example.answer) - 1, end - 1))
        row.labels.extend(example.answer)
    return row


def _shared(first: Sequence[int], second: Sequence[int]) -> int:
    """Return how many tokens two prompts have in common at their beginning."""
    for index, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return index
    return min(len(first), len(second))
