"""Trains the starter's adapters that read: to copy the words that answer a question, or to check claims by a text.

    python packaging/reading/train.py answers|claims --out FOLDER [--minutes 42]
    python resources/finetune/starter/ship.py FOLDER --reader|--checker

It learns on the very prompts that the program asks with (`phi3desk.chat.judging`) and on the weights that the program
runs, rounded as they are. Questions about the same sentences, and claims by the same text, are read in one go: each
sees these and itself. glibc gives the memory of large products back to the system after each, which takes as long as
the products: MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 in the environment keeps it.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import claims
import examples
import numpy as np
import torch
from examples import Lesson
from gguf import MODEL_ARCH, GGUFReader, dequantize, get_tensor_name_map
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import Qwen2Config, Qwen2ForCausalLM

from phi3desk.model.llama.engine import Engine
from phi3desk.model.starter import find_large_starter
from phi3desk.model.types import LoadOptions, model_name

#: the first layers stay as they are, so that nothing is to be derived through them
FIRST_LAYER, RATE, WARM_UP = 10, 3e-4, 15
GROUPS_A_STEP, HELD, MOST_TOKENS = 3, 25, 900
#: how much the words that are copied count beside whether there are any
COPYING = 0.5
END = "<|im_end|>"


@dataclass(frozen=True)
class Asked:
    """What follows the tokens that a group begins with: the rest of a prompt and what is to be written."""

    prompt: list[int]
    written: list[int]
    is_yes: bool


@dataclass(frozen=True)
class Packed:
    """A group as tokens: what all its prompts begin with, and what follows of each."""

    shared: list[int]
    asked: tuple[Asked, ...]

    @property
    def length(self) -> int:
        """All its tokens."""
        return len(self.shared) + sum(len(each.prompt) + len(each.written) for each in self.asked)


def packed_of(groups: Sequence[Sequence[Lesson]], starter: Path) -> list[Packed]:
    """Return groups as the tokens that the program puts before the starter."""
    end = [GGUFReader(starter).fields["tokenizer.ggml.tokens"].contents().index(END)]
    with closing(Engine.load(starter, LoadOptions(context=512))) as engine:
        return [_packed(group, engine, end) for group in groups]


def _packed(group: Sequence[Lesson], engine: Engine, end: list[int]) -> Packed:
    prompts = [engine.prompt_tokens(lesson.turns) for lesson in group]
    shortest = min(prompts, key=len)
    shared = next((at for at in range(len(shortest)) if len({each[at] for each in prompts}) > 1), len(shortest) - 1)
    asked = (
        Asked(prompt[shared:], engine.tokens_of(lesson.written) + end, lesson.is_yes)
        for prompt, lesson in zip(prompts, group, strict=True)
    )
    return Packed(prompts[0][:shared], tuple(asked))


@dataclass(frozen=True)
class Task:
    """What is learned: the lessons, and the rank of the adapter and the parts of a layer that it changes."""

    lessons_of: Callable[[random.Random], list[list[Lesson]]]
    rank: int
    parts: tuple[str, ...]


ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
TASKS = {
    "answers": Task(examples.lessons_of, 8, ATTENTION),
    "claims": Task(claims.lessons_of, 4, (*ATTENTION, "gate_proj", "up_proj", "down_proj")),
}


def starter_model(starter: Path, task: Task, trained: Path | None = None) -> PeftModel:
    """Return the starter's weights with a fresh adapter, or one that was trained before, to go on with."""
    reader = GGUFReader(starter)

    def told(name: str) -> Any:
        return reader.fields[name].contents()

    config = Qwen2Config(
        vocab_size=len(told("tokenizer.ggml.tokens")),
        hidden_size=told("qwen2.embedding_length"),
        intermediate_size=told("qwen2.feed_forward_length"),
        num_hidden_layers=told("qwen2.block_count"),
        num_attention_heads=told("qwen2.attention.head_count"),
        num_key_value_heads=told("qwen2.attention.head_count_kv"),
        rms_norm_eps=told("qwen2.attention.layer_norm_rms_epsilon"),
        max_position_embeddings=told("qwen2.context_length"),
        rope_parameters={"rope_type": "default", "rope_theta": told("qwen2.rope.freq_base")},
        tie_word_embeddings=all(tensor.name != "output.weight" for tensor in reader.tensors),
    )
    with torch.device("meta"):
        model = Qwen2ForCausalLM(config).to(torch.bfloat16)
    names = get_tensor_name_map(MODEL_ARCH.QWEN2, config.num_hidden_layers)
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    weights = {
        key: torch.from_numpy(dequantize(tensors[name].data, tensors[name].tensor_type).copy()).to(torch.bfloat16)
        for key in model.state_dict()
        if (name := names.get_name(key, (".weight", ".bias"))) in tensors
    }
    model.load_state_dict(weights, strict=not config.tie_word_embeddings, assign=True)
    model.tie_weights()
    model.model.rotary_emb = type(model.model.rotary_emb)(config=config)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    if trained is not None:
        return PeftModel.from_pretrained(model, trained, is_trainable=True)
    torch.manual_seed(0)
    adapter = LoraConfig(
        r=task.rank,
        lora_alpha=2 * task.rank,
        target_modules=list(task.parts),
        layers_to_transform=list(range(FIRST_LAYER, config.num_hidden_layers)),
    )
    adapted = get_peft_model(model, adapter)
    assert isinstance(adapted, PeftModel)
    # by this name the program knows which model the adapter belongs to
    adapted.peft_config["default"].base_model_name_or_path = model_name(starter)
    return adapted


def scores_of(model: PeftModel, packed: Packed) -> Iterator[tuple[Asked, torch.Tensor]]:
    """Yield, for each question of a group, the logarithms of how likely each token is where it is to be written."""
    base = model.get_base_model()
    tokens, positions, owners = list(packed.shared), list(range(len(packed.shared))), [0] * len(packed.shared)
    places: list[int] = []
    for owner, each in enumerate(packed.asked, 1):
        own = each.prompt + each.written
        places += range(len(tokens) + len(each.prompt) - 1, len(tokens) + len(own) - 1)
        tokens += own
        positions += range(len(packed.shared), len(packed.shared) + len(own))
        owners += [owner] * len(own)
    owner_of = torch.tensor(owners)
    sees = torch.tril((owner_of[None, :] == 0) | (owner_of[None, :] == owner_of[:, None]))
    states = base.model(
        input_ids=torch.tensor([tokens]),
        position_ids=torch.tensor([positions]),
        attention_mask={"full_attention": sees[None, None]},
        use_cache=False,
    ).last_hidden_state[0]
    scores = base.lm_head(states[places]).float().log_softmax(-1)
    at = 0
    for each in packed.asked:
        yield each, scores[at : at + len(each.written)]
        at += len(each.written)


def loss_of(model: PeftModel, packed: Packed) -> torch.Tensor:
    """Return the mean loss of a group's questions."""
    losses = []
    for each, scores in scores_of(model, packed):
        missed = -scores[range(len(each.written)), each.written]
        losses.append(missed[0] + COPYING * missed[1:].mean())
    return torch.stack(losses).mean()


@torch.no_grad()
def told_of(model: PeftModel, held: Sequence[Packed], none: int) -> str:
    """Return how well questions with and without an answer are told apart, and how many answers are copied exactly."""
    said: dict[bool, list[float]] = {True: [], False: []}
    exact = []
    for packed in held:
        for each, scores in scores_of(model, packed):
            said[each.is_yes].append(1 - math.exp(float(scores[0, none])))
            if each.is_yes:
                exact.append(scores.argmax(-1).tolist() == each.written)
    answered, unanswered = (np.array(said[kind])[:, None] for kind in (True, False))
    pairs = (answered > unanswered.T) + 0.5 * (answered == unanswered.T)
    return f"{100 * pairs.mean():.0f} of 100 pairs in order, {100 * np.mean(exact):.0f} of 100 answers written exactly"


def train(model: PeftModel, packed: Sequence[Packed], none: int, minutes: float, seed: int, out: Path) -> None:
    """Train for so many minutes, and save the adapter as PEFT does."""
    held, learned = packed[:HELD], list(packed[HELD:])
    chance = random.Random(seed)
    weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.0, betas=(0.9, 0.98))
    began, step = time.monotonic(), 0
    left: list[Packed] = []
    losses: list[float] = []
    while (done := (time.monotonic() - began) / (60 * minutes)) < 1:
        rate = RATE * min(1.0, (step + 1) / WARM_UP) * (0.05 + 0.475 * (1 + math.cos(math.pi * done)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        for _ in range(GROUPS_A_STEP):
            if not left:
                left = chance.sample(learned, len(learned))
            loss = loss_of(model, left.pop())
            (loss / GROUPS_A_STEP).backward()
            losses.append(loss.item())
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % 10 == 0:
            print(f"step {step}, {60 * minutes * done:.0f} s: loss {np.mean(losses[-60:]):.3f}", flush=True)
    model.save_pretrained(str(out))
    print(told_of(model, held, none))


def main() -> int:
    """Read the command line and train; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=TASKS, help="to copy the words that answer, or to check claims")
    parser.add_argument("--out", type=Path, required=True, help="where the adapter is written as PEFT does")
    parser.add_argument("--minutes", type=float, default=42.0)
    parser.add_argument("--seed", type=int, default=5, help="of the order in which it learns")
    parser.add_argument("--from-adapter", type=Path, help="what an earlier run wrote, to go on with")
    options = parser.parse_args()
    starter = find_large_starter()
    if starter is None:
        parser.error("the starter is not here: python packaging/starter_model.py")
    torch.set_num_threads(2)
    task = TASKS[options.task]
    packed = packed_of(task.lessons_of(random.Random(28)), starter)
    short = [each for each in packed if each.length < MOST_TOKENS]
    none = next(each.written[0] for group in short for each in group.asked if not each.is_yes)
    model = starter_model(starter, task, options.from_adapter)
    train(model, short, none, options.minutes, options.seed, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
