"""Examples as files that a model is trained on, in the very form in which this program asks the model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phi3desk.chat.citations import marked_in
from phi3desk.chat.examples import Example, Verdict
from phi3desk.chat.messages import Basis
from phi3desk.chat.prompt import CountTokens, PromptFormat, PromptRequest, compose
from phi3desk.errors import UserError
from phi3desk.library.text import fold
from phi3desk.model.types import Role, Turn
from phi3desk.paths import write_atomically

TRAIN, VALID, REJECTED, README = "train.jsonl", "valid.jsonl", "rejected.jsonl", "README.md"
#: every so many questions go to validation
VALIDATION_SHARE = 10
#: characters of a token at least, where no tokenizer is at hand: fewer than in any language the models write
CHARACTERS_PER_TOKEN = 3


@dataclass(frozen=True)
class Room:
    """What the model to be trained reads: its context window and the room kept for an answer, in tokens."""

    context: int = 4096
    answer: int = 512


@dataclass(frozen=True)
class Exported:
    """What an export wrote. `repeated` counts examples that stood twice, `left_out` those that cannot be trained on."""

    folder: Path
    train: int
    valid: int
    rejected: int
    repeated: int
    left_out: int


@dataclass(frozen=True)
class _Line:
    question: str
    key: str
    text: str


def export_examples(
    examples: Sequence[Example],
    folder: Path,
    prompt_format: PromptFormat,
    room: Room | None = None,
    count: CountTokens | None = None,
) -> Exported:
    """Write train.jsonl, valid.jsonl, rejected.jsonl and a README into a new folder, made here.

    A line is {"messages": [...]} with the turns that `compose` makes of the question and its passages, and the answer
    as the assistant's. Of examples with the same question and passages the last judged stands. All examples of a
    question are in the same file. Raises UserError where there is nothing to train on or the folder cannot be written.
    """
    how = (prompt_format, room or Room(), count or estimated_tokens)
    newest = sorted(examples, key=lambda one: one.changed, reverse=True)
    good, good_repeated, good_out = _lines([(one, one.wanted) for one in newest if one.wanted], *how)
    not_wanted = [(one, one.answer) for one in newest if one.verdict != Verdict.GOOD and one.answer]
    bad, bad_repeated, bad_out = _lines(not_wanted, *how)
    if not good:
        raise UserError(
            "There is no example to train on yet. Mark answers in your conversations as good, or say what they should "
            "have said."
        )
    held_back = _validation({line.question for line in good})
    train = [line for line in good if line.question not in held_back]
    valid = [line for line in good if line.question in held_back]
    made = Exported(folder, len(train), len(valid), len(bad), good_repeated + bad_repeated, good_out + bad_out)
    try:
        folder.mkdir(parents=True)
        for name, lines in ((TRAIN, train), (VALID, valid), (REJECTED, bad)):
            write_atomically(folder / name, "".join(f"{line.text}\n" for line in lines))
        write_atomically(folder / README, _readme(made))
    except OSError as error:
        raise UserError(
            "{path} could not be written: {problem}.", path=str(folder), problem=error.strerror or str(error)
        ) from error
    return made


def free_folder(parent: Path, name: str) -> Path:
    """Return a folder in `parent` that does not exist yet: the name, or the name with a number."""
    candidate, number = parent / name, 2
    while candidate.exists():
        candidate, number = parent / f"{name} {number}", number + 1
    return candidate


def estimated_tokens(turns: Sequence[Turn]) -> int:
    """Return at least as many tokens as some turns have, without a tokenizer."""
    return sum(len(turn.text) // CHARACTERS_PER_TOKEN + 8 for turn in turns)


def messages_of(
    example: Example, wanted: str, prompt_format: PromptFormat, room: Room, count: CountTokens
) -> list[Turn] | None:
    """Return the turns of an example with `wanted` as the answer; None where a model could not learn from it.

    That is where no model is asked (nothing was found, or the catalogue told it), where the question does not fit, and
    where the answer cites a passage that is not in the prompt.
    """
    asked = example.asked
    if asked.basis in (Basis.NOTHING_FOUND, Basis.CATALOGUE) and example.verdict != Verdict.CORRECTED:
        return None
    request = PromptRequest(
        asked.instructions, asked.sources, asked.history, example.question, asked.mode, asked.searched_for
    )
    try:
        prompt = compose(request, count, room.context, room.answer, prompt_format)
    except UserError:
        return None
    cited = set(marked_in(wanted))
    if not cited <= set(prompt.sources_read):
        return None
    return [*prompt.turns, Turn(Role.ASSISTANT, wanted.strip())]


def _lines(
    wanted: Sequence[tuple[Example, str]], prompt_format: PromptFormat, room: Room, count: CountTokens
) -> tuple[list[_Line], int, int]:
    """Return the lines of some examples, how many stood twice and how many were left out."""
    lines: dict[str, _Line] = {}
    repeated = left_out = 0
    for example, text in wanted:
        turns = messages_of(example, text, prompt_format, room, count)
        key = _key(example)
        if turns is None:
            left_out += 1
        elif key in lines:
            repeated += 1
        else:
            messages = [{"role": turn.role, "content": turn.text} for turn in turns]
            line = json.dumps({"messages": messages}, ensure_ascii=False)
            lines[key] = _Line(_folded(example.standing_alone), key, line)
    return sorted(lines.values(), key=lambda line: line.key), repeated, left_out


def _folded(text: str) -> str:
    return " ".join(fold(text).split())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _key(example: Example) -> str:
    passages = sorted(_folded(source.passage.text) for source in example.asked.sources)
    return _hash("\x00".join([_folded(example.standing_alone), *passages]))


def _validation(questions: set[str]) -> set[str]:
    """Return the questions held back for validation: by their hash, so that they stay there when others come."""
    chosen = {question for question in questions if int(_hash(question)[:8], 16) % VALIDATION_SHARE == 0}
    if not chosen and len(questions) > 1:
        chosen = {min(questions, key=_hash)}
    return chosen if len(chosen) < len(questions) else set()


def _readme(made: Exported) -> str:
    return f"""# Examples for training

Written by phi3desk from answers that were judged in conversations.

| file | examples |
|---|---|
| {TRAIN} | {made.train} |
| {VALID} | {made.valid} |
| {REJECTED} | {made.rejected} |

{made.repeated} that stood twice and {made.left_out} that a model could not learn from were left out.

Each line holds the `messages` of one answer, composed as phi3desk asks the model, with the answer that is wanted.
`{VALID}` holds questions that are not in `{TRAIN}`. `{REJECTED}` holds answers that were not good: leave it out of
plain training; it is for methods that learn from bad answers too.

The files hold passages of your documents: share them only with those who may read the documents.
"""
