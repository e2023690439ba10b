"""Trains the encoder that tells whether a passage says what a claim says, and writes what the program ships of it.

    python packaging/entailment/train.py --out FOLDER [--stage STAGE ...]

It begins with multilingual-e5-small. First it learns to compare (`contrast`): is a sentence of a passage there as it
stands, or was a word, a figure or a negation changed? Without that it learns nothing from the texts. Then come the
texts (`claims`), and the harder ones foremost (`hard`). In them what is contradicted is often worded more like the
passage than what is true, which it learns, too, until sentences of the passage itself are wrong to it; so contrast
comes again beside some of all claims (`whole`), and questions, which passages answer or not. Last come texts where
what is true is worded as near to the passage as what is not (`balanced`), with short replies behind their questions;
what that makes of the weights is averaged with what they were before: alone it unlearns as much as it learns.

Then all of a passage is read in one go (`together`, see there), which teaches four times as much an hour, and for some
steps each claim by itself again (`apart`). That learns the texts far better, and of real pages of documents it unlearns
some: so much of it is kept as helps with both.

All of these learn much from how people word what is true and what is not, and little from the passage: of a claim and
two versions of a passage, of which one says it, they find that one in 54 of 100 cases. The last stages, `versions` and
`alone`, compare just these, in one go and each by itself (see the module): what they teach is not shipped, see the
README. Takes six hours on two cores that know bfloat16, three times as long on others. `export` keeps what was changed
in 8 bits.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from items import IS_ANSWERED, IS_SAID, Item, Text, is_held, items_of, read_texts
from safetensors.torch import load_file, save_file
from together import Reading, batches_of, odds_of, readings_of, rows_of
from torch import nn
from transformers import AutoTokenizer, BertModel
from versions import Couple, Versions, couples_of, versions_of

PREFIXES, PASSAGE = ("claim: ", "query: "), "passage: "
MOST_TOKENS = 384
#: smooths labels, which one person gave
DOUBT = 0.02
#: how much it counts to be sure of each item beside telling two versions apart
DOUBTED = 0.5
STAGES = ("contrast", "claims", "hard", "whole", "balanced", "together", "apart", "versions", "alone", "export")
#: what they teach does not help to check answers
UNSHIPPED = ("versions", "alone")


@dataclass(frozen=True)
class Plan:
    """How a stage learns; `whole` are the steps that the rate of learning would fall over, `frozen` the first layers,
    which learn nothing, `head` the rate of what weighs their states.
    """

    steps: int
    whole: int
    rate: float
    batch: int
    frozen: int = 0
    head: float = 1e-3


PLANS = {
    "contrast": Plan(steps=400, whole=800, rate=1.5e-4, batch=24),
    "claims": Plan(steps=600, whole=1358, rate=1e-4, batch=16),
    "hard": Plan(steps=550, whole=550, rate=8e-5, batch=16),
    "whole": Plan(steps=678, whole=678, rate=7e-5, batch=16),
    "balanced": Plan(steps=1700, whole=1700, rate=8e-5, batch=16),
    "together": Plan(steps=1900, whole=2400, rate=1.5e-4, batch=4),
    "apart": Plan(steps=600, whole=600, rate=8e-5, batch=16),
    "versions": Plan(steps=720, whole=720, rate=1.2e-4, batch=3, frozen=3, head=5e-4),
    "alone": Plan(steps=140, whole=140, rate=4e-5, batch=16, frozen=3, head=5e-4),
}
#: of what a stage learned so much is kept; of `apart` also of the stage before it
KEPT = {"balanced": 0.5, "apart": 0.15}


@cache
def knows_bfloat16() -> bool:
    """Return whether the processor computes in bfloat16; elsewhere that would take 75 times as long."""
    flags = Path("/proc/cpuinfo")
    return flags.exists() and any(name in flags.read_text() for name in ("avx512_bf16", "amx_bf16"))


def fast() -> torch.autocast:
    """Return what computes in bfloat16 where the processor knows it."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=knows_bfloat16())


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
        return self.weighed(states[:, 0], mean)

    def weighed(self, firsts: torch.Tensor, means: torch.Tensor) -> torch.Tensor:
        """Return the log-odds of texts, of their first tokens and of the means over all, shape (texts, 2)."""
        read = [nn.functional.normalize(each, dim=1) for each in (firsts, means)]
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
    earlier = [text for text in kept if not text.places]
    for stage in options.stage:
        if stage == "export":
            export(encoder, base, options.out / "weights.safetensors")
            continue
        before = options.out / (
            "before-together.safetensors" if stage in ("together", "apart") else "before.safetensors"
        )
        if stage != "apart":
            save_file({name: each.detach() for name, each in _learned(encoder)}, before)
        plan = PLANS[stage]
        if stage == "together":
            train_together(encoder, tokenizer, plan, readings_of(earlier, random.Random(21)))
        elif stage == "versions":
            train_versions(encoder, tokenizer, plan, versions_of(kept, random.Random(31)))
        elif stage == "alone":
            train_alone(encoder, tokenizer, plan, versions_of(kept, random.Random(33)))
        else:
            train(encoder, tokenizer, plan, items_of(stage, earlier, random.Random(5)))
        encoder.bert.encoder.requires_grad_(requires_grad=True)
        if stage in KEPT:
            keep_of(encoder, load_file(before), KEPT[stage])
        tell(encoder, tokenizer, held)
        tell_versions(encoder, tokenizer, held)
        save_file({name: each.detach() for name, each in _learned(encoder)}, state)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train the encoder that checks claims against passages.")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for what was learned so far and what is shipped"
    )
    shipped = [stage for stage in STAGES if stage not in UNSHIPPED]
    parser.add_argument("--stage", nargs="+", choices=STAGES, default=shipped, help="some stages only")
    parser.add_argument("--begin", type=Path, metavar="FILE", help="go on from what was shipped before")
    return parser


def _learned(encoder: Encoder) -> Iterator[tuple[str, torch.Tensor]]:
    return ((name, each) for name, each in encoder.named_parameters() if each.requires_grad)


def keep_of(encoder: Encoder, before: dict[str, torch.Tensor], share: float) -> None:
    """Keep a share of what was learned since an encoder had the weights before."""
    with torch.no_grad():
        for name, each in _learned(encoder):
            each.copy_(share * each + (1 - share) * before[name])


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


def train(encoder: Encoder, tokenizer: Any, plan: Plan, items: Iterator[Item]) -> None:
    """Do the steps of a stage in which each item is read with a passage of its own."""
    learn = learner(encoder, plan)
    read = ((item, tokens_of([item], tokenizer)[0]) for item in items)
    batches = batches_of(read, plan.batch, lambda each: len(each[1]), batches=20, seed=11)
    for some in itertools.islice(batches, plan.steps):
        with fast():
            odds = encoder(*padded([tokens for _, tokens in some]))
        learn(doubt(said_of(odds, [item for item, _ in some]), [item for item, _ in some]))


def train_together(encoder: Encoder, tokenizer: Any, plan: Plan, readings: Iterator[Reading]) -> None:
    """Do the steps of a stage in which all items of a passage are read with it in one go."""
    learn = learner(encoder, plan)
    for some in itertools.islice(batches_of(readings, plan.batch, lambda each: each.letters), plan.steps):
        with fast():
            odds = odds_of(encoder, rows_of(some, tokenizer, PREFIXES, PASSAGE))
        items = [item for reading in some for item in reading.items]
        learn(doubt(said_of(odds, items), items))


def train_versions(encoder: Encoder, tokenizer: Any, plan: Plan, versions: Iterator[Versions]) -> None:
    """Do the steps of a stage that compares two versions of a passage, each read in one go with what is beside it."""
    learn = learner(encoder, plan)
    for some in itertools.islice(batches_of(versions, plan.batch, lambda each: each.letters), plan.steps):
        readings = [side for each in some for side in (each.one, each.other)]
        with fast():
            odds = odds_of(encoder, rows_of(readings, tokenizer, PREFIXES, PASSAGE))
        parts = odds.split([len(reading.items) for reading in readings])
        couples = [couple for each in some for couple in each.couples]
        learn(confusion(couples, torch.cat(parts[::2]), torch.cat(parts[1::2])))


def train_alone(encoder: Encoder, tokenizer: Any, plan: Plan, versions: Iterator[Versions]) -> None:
    """Do the steps of a stage that compares two versions of a passage, in which each item is read by itself."""
    learn = learner(encoder, plan)
    couples_read = couples_of(versions, random.Random(35))
    batches = batches_of(couples_read, plan.batch // 2, lambda each: sum(len(item.passage) for item in each))
    for couples in itertools.islice(batches, plan.steps):
        items = [couple[side] for side in (0, 1) for couple in couples]
        with fast():
            odds = encoder(*padded(tokens_of(items, tokenizer)))
        learn(confusion(couples, *odds.chunk(2)))


def confusion(couples: Sequence[Couple], ones: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Return how far couples are from being told apart, and somewhat how far each is from what was wanted."""
    one, other = ([couple[side] for couple in couples] for side in (0, 1))
    said, said_too = said_of(ones, one), said_of(others, other)
    apart = (said - said_too) * (wanted_of(one) - wanted_of(other))
    return nn.functional.softplus(-apart).mean() + DOUBTED * doubt(torch.cat([said, said_too]), [*one, *other])


def said_of(odds: torch.Tensor, items: Sequence[Item]) -> torch.Tensor:
    """Return of log-odds of shape (items, kinds) those of the kind of each item."""
    return odds[torch.arange(len(items)), torch.tensor([item.kind for item in items])].float()


def wanted_of(items: Sequence[Item]) -> torch.Tensor:
    """Return 1 for what holds and 0 for what does not."""
    return torch.tensor([float(item.is_true) for item in items])


def doubt(said: torch.Tensor, items: Sequence[Item]) -> torch.Tensor:
    """Return how far log-odds are from what was wanted of items."""
    return nn.functional.binary_cross_entropy_with_logits(said, wanted_of(items) * (1 - 2 * DOUBT) + DOUBT)


def learner(encoder: Encoder, plan: Plan) -> Callable[[torch.Tensor], None]:
    """Return what learns one step from a loss."""
    encoder.train()
    for number, layer in enumerate(encoder.bert.encoder.layer):
        layer.requires_grad_(number >= plan.frozen)
    own = [each for name, each in encoder.named_parameters() if each.requires_grad and not name.startswith("head")]
    groups = [{"params": own, "lr": plan.rate}, {"params": encoder.head.parameters(), "lr": plan.head}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    warm = 0.06 * plan.whole
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.02, (plan.whole - step) / (plan.whole - warm)))
    )
    losses: list[float] = []
    began = time.monotonic()

    def learn(loss: torch.Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        rate.step()
        losses.append(loss.item())
        if len(losses) % 50 == 0:
            seconds = (time.monotonic() - began) / len(losses)
            told = f"step {len(losses)} of {plan.steps}: loss {np.mean(losses[-100:]):.3f}, {seconds:.1f} s a step"
            print(told, flush=True)

    return learn


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
            "claims": text.said,
            "replies": text.replied,
            "questions": text.asked,
        }
        for name, some in said.items():
            kind = IS_ANSWERED if name == "questions" else IS_SAID
            items = [Item(each, text.passage, is_true, kind) for each, is_true in some]
            if not items:
                continue
            with torch.no_grad(), fast():
                odds = encoder(*padded(tokens_of(items, tokenizer)))[:, kind].float().numpy()
            is_true = np.array([item.is_true for item in items])
            better[name].append(float((odds[is_true][:, None] > odds[~is_true][None]).mean()))
    told = ", ".join(f"{name} {np.mean(shares):.3f}" for name, shares in better.items() if shares)
    print(f"of {len(texts)} passages kept aside these pairs are in the right order: {told}", flush=True)


def tell_versions(encoder: Encoder, tokenizer: Any, texts: Sequence[Text]) -> None:
    """Print how often a claim or question is held likelier beside the version of its passage where it holds.

    Wording tells nothing of it, so that an encoder that does not read is right in half of the cases.
    """
    encoder.eval()
    right: dict[int, list[bool]] = {IS_SAID: [], IS_ANSWERED: []}
    for text in texts:
        if text.turned is None:
            continue
        for kind, one, other in ((IS_SAID, text.said, text.turned.said), (IS_ANSWERED, text.asked, text.turned.asked)):
            before = dict(one)
            turned = [(each, holds) for each, holds in other if before[each] != holds]
            items = [
                Item(each, passage, holds, kind)
                for each, holds in turned
                for passage in (text.turned.passage, text.passage)
            ]
            if items:
                with torch.no_grad(), fast():
                    odds = encoder(*padded(tokens_of(items, tokenizer)))[:, kind].float().numpy().reshape(-1, 2)
                right[kind] += [(now > then) == holds for (now, then), (_, holds) in zip(odds, turned, strict=True)]
    for name, kind in (("claims", IS_SAID), ("questions", IS_ANSWERED)):
        if right[kind]:
            told = f"{np.mean(right[kind]):.3f} of {len(right[kind])} {name} are likelier where they hold"
            print(f"of two versions of passages kept aside: {told}", flush=True)


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
    changed["head.weight"] = (encoder.head.weight.detach() * encoder.scale).contiguous()
    changed["head.bias"] = encoder.head.bias.detach().contiguous()
    save_file(changed, file)
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
