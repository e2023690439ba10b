"""Trains the encoder that tells whether a passage says what a claim says, and writes what the program ships of it.

    python packaging/entailment/train.py --out FOLDER [--stage contrast claims hard whole export]

It begins with multilingual-e5-small. First it learns to compare (`contrast`): is a sentence of a passage there as it
stands, or was a word, a figure or a negation changed? Without that it learns nothing from the texts. Then come the
texts (`claims`), and the harder ones foremost (`hard`). In them what is contradicted is often worded more like the
passage than what is true, which it learns, too, until sentences of the passage itself are wrong to it; so contrast
comes again beside some of all claims (`whole`), and questions, which passages answer or not. Last come texts where
what is true is worded as near to the passage as what is not (`balanced`), with short replies behind their questions;
what that makes of the weights is averaged with what they were before: alone it unlearns as much as it learns. Takes two
hours and a half on two cores that know bfloat16. `export` keeps what was changed in 8 bits.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import AutoTokenizer, BertModel

TEXTS = Path(__file__).with_name("texts")
PREFIXES, PASSAGE = ("claim: ", "query: "), "passage: "
MOST_TOKENS = 384
#: one passage of so many is not trained on, to watch what is learned
HELD = 12
#: smooths labels, which one person gave
DOUBT = 0.02
#: of what is no new material of a stage so much
SHARES = {"claims": 1.0, "hard": 0.4, "whole": 0.27, "balanced": 0.2}
#: how many contrasts come beside the claims of a stage, and which share of the questions
CONTRASTS, QUESTIONS = {"whole": 3000, "balanced": 1500}, 0.45
#: share of the claims that stand behind a question
WITH_QUESTION = 0.35
STAGES = ("contrast", "claims", "hard", "whole", "balanced", "export")
#: rows of what weighs the encoder's states; the second helped to learn, and is not shipped
IS_SAID, IS_ANSWERED = 0, 1
_WORD, _NUMBER = re.compile(r"\w[\w\-'’]*"), re.compile(r"\d+(?:[.,]\d+)*")
_DENIALS = {
    "en": ("not", "never"), "de": ("nicht", "nie"), "sl": ("ne", "ni"), "el": ("δεν", "μη"), "uk": ("не", "ніколи"),
    "ro": ("nu", "niciodată"), "sv": ("inte", "aldrig"),
}  # fmt: skip
_ALL_DENIALS = {word for words in _DENIALS.values() for word in words} | {"no", "kein", "keine", "немає", "ej", "μην"}


@dataclass(frozen=True)
class Text:
    """A passage with claims and questions; `is_hard` is of the texts whose kinds are hardest to tell apart.

    `replies` are questions, each with a short reply to it, and whether that is right. `is_balanced` is of the texts
    where what is true is worded as near to the passage as what is not.
    """

    language: str
    passage: str
    true: tuple[str, ...]
    other: tuple[str, ...]
    is_hard: bool
    answered: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    replies: tuple[tuple[str, bool], ...] = ()
    is_balanced: bool = False


@dataclass(frozen=True)
class Item:
    """A claim or question beside a passage, and whether it is said or answered there."""

    text: str
    passage: str
    is_true: bool
    kind: int = IS_SAID


@dataclass(frozen=True)
class Plan:
    """How a stage learns; `whole` are the steps that the rate of learning would fall over."""

    steps: int
    whole: int
    rate: float
    batch: int


PLANS = {
    "contrast": Plan(steps=400, whole=800, rate=1.5e-4, batch=24),
    "claims": Plan(steps=600, whole=1358, rate=1e-4, batch=16),
    "hard": Plan(steps=550, whole=550, rate=8e-5, batch=16),
    "whole": Plan(steps=678, whole=678, rate=7e-5, batch=16),
    "balanced": Plan(steps=1700, whole=1700, rate=8e-5, batch=16),
}


class Encoder(nn.Module):
    """The encoder with what weighs its first token and the mean over all."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(
            base,
            torch_dtype=torch.float32,
            attn_implementation="eager",
            add_pooling_layer=False,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.bert.embeddings.requires_grad_(False)
        width = self.bert.config.hidden_size
        self.scale = math.sqrt(width)
        self.head = nn.Linear(2 * width, 2)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the log-odds of each text, shape (texts, 2)."""
        states = self.bert(input_ids=ids, attention_mask=mask)[0].float()
        there = mask.unsqueeze(-1).float()
        mean = (states * there).sum(1) / there.sum(1)
        read = [nn.functional.normalize(each, dim=1) for each in (states[:, 0], mean)]
        whole = torch.cat(read, 1) * self.scale
        return self.head(nn.functional.dropout(whole, 0.1, self.training))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and do the stages in their order."""
    options = _parser().parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    random.seed(1)
    torch.manual_seed(1)
    from phi3desk.library.embedding.e5_small import INSTALLED, make_folder

    base = make_folder(INSTALLED)
    tokenizer = AutoTokenizer.from_pretrained(base)
    encoder = Encoder(base)
    state = options.out / "state.safetensors"
    if state.exists():
        encoder.load_state_dict(load_file(state), strict=False)
    elif options.begin is not None:
        begin_from(encoder, base, options.begin)
    texts = read_texts()
    held = [text for text in texts if is_held(text)]
    kept = [text for text in texts if not is_held(text)]
    for stage in options.stage:
        if stage == "export":
            export(encoder, base, options.out / "weights.safetensors")
            continue
        before = {name: each.detach().clone() for name, each in _learned(encoder)}
        train(encoder, tokenizer, PLANS[stage], items_of(stage, kept, random.Random(5)))
        if stage == "balanced":
            average(encoder, before)
        tell(encoder, tokenizer, held)
        save_file({name: each.detach() for name, each in _learned(encoder)}, state)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train the encoder that checks claims against passages.")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for what was learned so far and what is shipped"
    )
    parser.add_argument("--stage", nargs="+", choices=STAGES, default=STAGES, help="some stages only")
    parser.add_argument("--begin", type=Path, metavar="FILE", help="go on from what was shipped before")
    return parser


def _learned(encoder: Encoder) -> Iterator[tuple[str, torch.Tensor]]:
    return ((name, each) for name, each in encoder.named_parameters() if each.requires_grad)


def average(encoder: Encoder, before: dict[str, torch.Tensor]) -> None:
    """Give an encoder the mean of its weights and of those before."""
    with torch.no_grad():
        for name, each in _learned(encoder):
            each.copy_((each + before[name]) / 2)


def begin_from(encoder: Encoder, base: Path, file: Path) -> None:
    """Give an encoder the weights that `export` wrote."""
    from safetensors.numpy import load_file as load_arrays

    from phi3desk.library.entailment.making import HEAD_BIAS, HEAD_WEIGHT, trained_weights

    shipped = load_arrays(file)
    weights = {f"bert.{name}": torch.from_numpy(weight) for name, weight in trained_weights(base, shipped)}
    encoder.load_state_dict(weights, strict=False)
    with torch.no_grad():
        for ours, theirs in (
            (encoder.head.weight, shipped[HEAD_WEIGHT] / encoder.scale),
            (encoder.head.bias, shipped[HEAD_BIAS]),
        ):
            ours[: len(theirs)] = torch.from_numpy(theirs)


def is_held(text: Text) -> bool:
    """Return whether a text is not trained on; all with the same passage are, or none."""
    return zlib.crc32(text.passage.encode()) % HELD == 0


def read_texts() -> list[Text]:
    """Return all texts, shuffled, the same in every run."""
    found = []
    for file in sorted(TEXTS.glob("*.jsonl")):
        language = file.stem.split("-")[0]
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.append(_balanced(language, row) if "replies" in row else _worded_apart(language, row, file.stem))
    random.Random(7).shuffle(found)
    return found


def _worded_apart(language: str, row: dict[str, Any], stem: str) -> Text:
    other = (*(claim for _, claim in row["contradicted"]), *row["absent"])
    answered, unanswered = (tuple(row.get(name, ())) for name in ("answered", "unanswered"))
    return Text(language, row["passage"], tuple(row["true"]), other, stem.endswith("-3"), answered, unanswered)


def _balanced(language: str, row: dict[str, Any]) -> Text:
    contradicted = (claim for name in ("contradicted_near", "contradicted_far") for _, claim in row[name])
    answered, unanswered = row["asked"]
    return Text(
        language,
        row["passage"],
        (*row["true_near"], *row["true_far"]),
        (*contradicted, *row["absent_near"], *row["absent_far"]),
        is_hard=False,
        answered=tuple(answered),
        unanswered=tuple(unanswered),
        replies=tuple((f"{question} {reply}", is_true) for question, reply, is_true in row["replies"]),
        is_balanced=True,
    )


def items_of(stage: str, texts: Sequence[Text], chance: random.Random) -> Iterator[Item]:
    """Return what a stage learns from, without end."""
    while True:
        if stage == "contrast":
            yield from _contrasts(texts, 1, chance)
        elif stage in CONTRASTS:
            items = [*_round(stage, texts, chance), *_questions(texts, chance)]
            items += _contrasts(texts, CONTRASTS[stage], chance, of_whole=True)
            chance.shuffle(items)
            yield from items
        else:
            yield from _round(stage, texts, chance)


def _contrasts(texts: Sequence[Text], count: int, chance: random.Random, *, of_whole: bool = False) -> list[Item]:
    """Return so many sentences beside what stands around them, or mostly their whole passage."""
    items: list[Item] = []
    while len(items) < count:
        whole = of_whole and chance.random() < 0.65
        item = contrast(chance.choice(texts), chance.choice(texts), chance, of_whole=whole)
        items += [item] if item is not None else []
    return items


def _questions(texts: Sequence[Text], chance: random.Random) -> list[Item]:
    """Return somewhat less than half of the questions."""
    return [
        Item(question, text.passage, is_answered, IS_ANSWERED)
        for text in texts
        for questions, is_answered in ((text.answered, True), (text.unanswered, False))
        for question in questions
        if chance.random() < QUESTIONS
    ]


def _round(stage: str, texts: Sequence[Text], chance: random.Random) -> list[Item]:
    """Return the claims of all texts once, some of them beside another's passage.

    The hard and the balanced texts wait for their stages; from then on some of the others come again.
    """
    items = []
    for text in texts:
        if (text.is_hard and stage == "claims") or (text.is_balanced and stage != "balanced"):
            continue
        is_new = (text.is_hard and stage == "hard") or text.is_balanced
        share = 1.0 if is_new else SHARES[stage]
        said = [*((claim, True) for claim in text.true), *((claim, False) for claim in text.other)]
        items += [
            Item(_behind_question(claim, text, chance), text.passage, is_true)
            for claim, is_true in said
            if chance.random() < share
        ]
        items += [Item(reply, text.passage, is_true) for reply, is_true in text.replies]
        stranger = chance.choice(texts)
        if stranger.language == text.language and stranger is not text and chance.random() < 0.3:
            items.append(Item(chance.choice(stranger.true), text.passage, False))
    chance.shuffle(items)
    return items


def _behind_question(claim: str, text: Text, chance: random.Random) -> str:
    """Return a claim, now and then behind a question about its passage, as an answer stands behind one."""
    asked = (*text.answered, *text.unanswered)
    return f"{chance.choice(asked)} {claim}" if asked and chance.random() < WITH_QUESTION else claim


def contrast(text: Text, stranger: Text, chance: random.Random, *, of_whole: bool = False) -> Item | None:
    """Return a sentence beside what stands around it, as it stands or with one thing changed; None where none can be.

    `of_whole` puts it beside its whole passage.
    """
    sentences = [part.strip() for part in re.split(r"(?<=[.!?;])\s+|\n", text.passage) if len(part.strip()) > 25]
    if len(sentences) < 2:
        return None
    at = chance.randrange(len(sentences))
    around = sentences[max(0, at - chance.randint(0, 2)) : at + 1 + chance.randint(0, 1)]
    passage = text.passage if of_whole else " ".join(around if len(around) > 1 else sentences[max(0, at - 1) : at + 2])
    if chance.random() < 0.5:
        return Item(loosened(sentences[at], chance), passage, True)
    changed = with_one_change(sentences[at], passage, stranger.passage, text.language, chance)
    return None if changed is None else Item(loosened(changed, chance), passage, False)


def loosened(sentence: str, chance: random.Random) -> str:
    """Return a sentence that says the same in another order, shorter, or without its capitals."""
    if chance.random() < 0.4:
        sentence = re.sub(r"\s*\([^)]*\)", "", sentence)
    parts = re.split(r",\s+", sentence.rstrip("."))
    if chance.random() < 0.3 and len(parts) == 2:
        sentence = f"{parts[1]}, {parts[0]}."
    if chance.random() < 0.3:
        sentence = sentence.rstrip(".;")
    if chance.random() < 0.2:
        sentence = sentence.lower()
    words = sentence.split()
    if chance.random() < 0.35 and len(words) > 9:
        cut = chance.randint(1, 2)
        sentence = " ".join(words[:-cut] if chance.random() < 0.5 else words[cut:])
    return sentence


def with_one_change(sentence: str, passage: str, other: str, language: str, chance: random.Random) -> str | None:
    """Return a sentence with a figure, a word, an order or a denial changed; None where six tries find nothing."""
    for _ in range(6):
        kind = chance.choice(("figure", "figure", "word", "word", "foreign", "order", "denial", "denial"))
        changed = None
        if kind == "figure":
            changed = _other_figure(sentence, passage, chance)
        elif kind == "denial":
            changed = _turned(sentence, language, chance)
        else:
            changed = _other_word(kind, sentence, other if kind == "foreign" else passage, chance)
        if changed is not None and changed != sentence:
            return changed
    return None


def _other_figure(sentence: str, passage: str, chance: random.Random) -> str | None:
    figures = list(_NUMBER.finditer(sentence))
    if not figures:
        return None
    figure = chance.choice(figures)
    near = [each for each in _NUMBER.findall(passage) if each != figure.group()]
    new = chance.choice(near) if near and chance.random() < 0.7 else str(chance.randint(2, 900))
    return sentence[: figure.start()] + new + sentence[figure.end() :]


def _other_word(kind: str, sentence: str, source: str, chance: random.Random) -> str | None:
    words = [word for word in _WORD.finditer(sentence) if len(word.group()) > 4 and not word.group()[0].isdigit()]
    if kind == "order":
        if len(words) < 4:
            return None
        one, two = sorted(chance.sample(words, 2), key=lambda word: word.start())
        if one.group()[:4].lower() == two.group()[:4].lower():
            return None
        between = sentence[one.end() : two.start()]
        return sentence[: one.start()] + two.group() + between + one.group() + sentence[two.end() :]
    new = [each for each in _WORD.findall(source) if len(each) > 4 and each[:4].lower() not in sentence.lower()]
    if not words or not new:
        return None
    word = chance.choice(words)
    return sentence[: word.start()] + chance.choice(new) + sentence[word.end() :]


def _turned(sentence: str, language: str, chance: random.Random) -> str | None:
    words = sentence.split()
    denials = [at for at, word in enumerate(words) if word.lower().strip(".,;") in _ALL_DENIALS]
    if denials:
        at = chance.choice(denials)
        return " ".join(words[:at] + words[at + 1 :])
    if len(words) < 5 or language not in _DENIALS:
        return None
    at = chance.randint(1, len(words) - 2)
    return " ".join([*words[:at], chance.choice(_DENIALS[language]), *words[at:]])


def train(encoder: Encoder, tokenizer: Any, plan: Plan, items: Iterator[Item]) -> None:
    """Do the steps of a stage."""
    encoder.train()
    own = [each for name, each in encoder.named_parameters() if each.requires_grad and not name.startswith("head")]
    groups = [{"params": own, "lr": plan.rate}, {"params": encoder.head.parameters(), "lr": 1e-3}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    warm = 0.06 * plan.whole
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.02, (plan.whole - step) / (plan.whole - warm)))
    )
    losses: list[float] = []
    began = time.monotonic()
    for step, batch in zip(range(1, plan.steps + 1), _batches(items, tokenizer, plan.batch), strict=False):
        ids, mask, wanted, kinds = batch
        with torch.autocast("cpu", dtype=torch.bfloat16):
            odds = encoder(ids, mask)[torch.arange(len(kinds)), kinds]
        smooth = wanted * (1 - 2 * DOUBT) + DOUBT
        loss = nn.functional.binary_cross_entropy_with_logits(odds.float(), smooth)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        rate.step()
        losses.append(loss.item())
        if step % 50 == 0:
            seconds = (time.monotonic() - began) / step
            print(f"step {step} of {plan.steps}: loss {np.mean(losses[-100:]):.3f}, {seconds:.1f} s a step", flush=True)


def _batches(
    items: Iterator[Item], tokenizer: Any, size: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Return batches of alike lengths: tokens, where there are any, what is wanted, and of which kind."""
    chance = random.Random(11)
    while True:
        some = [next(items) for _ in range(20 * size)]
        tokens = tokens_of(some, tokenizer)
        order = sorted(range(len(some)), key=lambda at: len(tokens[at]))
        batches = [order[at : at + size] for at in range(0, len(order), size)]
        chance.shuffle(batches)
        for batch in batches:
            wanted = torch.tensor([float(some[at].is_true) for at in batch])
            kinds = torch.tensor([some[at].kind for at in batch])
            yield *padded([tokens[at] for at in batch]), wanted, kinds


def tokens_of(items: Sequence[Item], tokenizer: Any) -> list[list[int]]:
    """Return claim or question and passage as tokens, the passage truncated."""
    encoded = tokenizer(
        [PREFIXES[item.kind] + item.text for item in items],
        [PASSAGE + item.passage for item in items],
        truncation="only_second",
        max_length=MOST_TOKENS,
        return_token_type_ids=False,
    )
    return list(encoded["input_ids"])


def padded(tokens: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return token lists filled up with zeros, and where there is a token."""
    ids = torch.zeros(len(tokens), max(map(len, tokens)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, each in enumerate(tokens):
        ids[row, : len(each)] = torch.tensor(each)
        mask[row, : len(each)] = 1
    return ids, mask


def tell(encoder: Encoder, tokenizer: Any, texts: Sequence[Text]) -> None:
    """Print how often a true claim of the texts kept aside is held likelier than another of the same passage.

    The same is told of replies behind their questions, and of questions with an answer and without one.
    """
    encoder.eval()
    better: dict[str, list[float]] = {"claims": [], "replies": [], "questions": []}
    for text in texts:
        said = {
            "claims": [*((claim, True) for claim in text.true), *((claim, False) for claim in text.other)],
            "replies": list(text.replies),
            "questions": [*((each, True) for each in text.answered), *((each, False) for each in text.unanswered)],
        }
        for name, some in said.items():
            kind = IS_ANSWERED if name == "questions" else IS_SAID
            items = [Item(each, text.passage, is_true, kind) for each, is_true in some]
            if not items:
                continue
            with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
                odds = encoder(*padded(tokens_of(items, tokenizer)))[:, kind].float().numpy()
            is_true = np.array([item.is_true for item in items])
            better[name].append(float((odds[is_true][:, None] > odds[~is_true][None]).mean()))
    told = ", ".join(f"{name} {np.mean(shares):.3f}" for name, shares in better.items() if shares)
    print(f"of {len(texts)} passages kept aside these pairs are in the right order: {told}", flush=True)


def export(encoder: Encoder, base: Path, file: Path) -> None:
    """Write what training has changed: of matrices the difference in 8 bits, a factor a row, the rest as it is."""
    before = load_file(base / "model.safetensors")
    changed: dict[str, torch.Tensor] = {}
    for name, weight in encoder.bert.named_parameters():
        if not weight.requires_grad:
            continue
        if weight.ndim == 1:
            changed[name] = weight.detach().half().contiguous()
            continue
        difference = weight.detach() - before[name].float()
        scale = difference.abs().amax(dim=1, keepdim=True).clamp_min(1e-12) / 127
        changed[f"{name}.difference"] = (difference / scale).round().to(torch.int8)
        changed[f"{name}.scale"] = scale
    changed["head.weight"] = (encoder.head.weight.detach()[: IS_SAID + 1] * encoder.scale).contiguous()
    changed["head.bias"] = encoder.head.bias.detach()[: IS_SAID + 1].contiguous()
    save_file(changed, file)
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
