"""Trains a LoRA adapter on conversations, and saves it as PEFT does, for `phi3desk adapters add FOLDER`.

    python train.py --base microsoft/Phi-3-mini-4k-instruct --data train.jsonl --valid valid.jsonl --out pump-expert

With CUDA the base is held in 4 bits (QLoRA: Dettmers et al. 2023), elsewhere in 32 or 16. README.md says the rest.
A run that was stopped goes on where it was when the same command is given again.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from examples import Example, Reading, alike, batch_of, batches, read_examples, shared_row
from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

#: the linear layers of a block: Phi-3 joins q, k, v and gate, up; the Llama kind keeps them apart
TARGETS = {
    "phi3": ("qkv_proj", "o_proj", "gate_up_proj", "down_proj"),
    "llama": ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
}
STATE, STATE_TENSORS = "state.json", "state.safetensors"
GRADIENT_LIMIT = 1.0


@dataclass
class Progress:
    """How far a run is. `best` is the lowest validation loss; `unimproved` counts validations since."""

    step: int = 0
    seconds: float = 0.0
    best: float = math.inf
    unimproved: int = 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, train, and say where the adapter is."""
    options = parser().parse_args(arguments)
    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    tokenizer = AutoTokenizer.from_pretrained(options.base)
    reading = Reading(tokenizer, options.length)
    train, valid = (read_examples(path, reading) for path in (options.data, options.valid))
    _say(options.data, train.left_out, len(train.examples))
    _say(options.valid, valid.left_out, len(valid.examples))
    if not train.examples or not valid.examples:
        raise SystemExit("There is nothing to train on, or nothing to validate with.")
    model = adapted_model(options)
    run = Run(model, tokenizer.pad_token_id or 0, options)
    run.train(train.examples, valid.examples)
    print(f"\nThe adapter is in {options.out}. Add it to the program:\n  phi3desk adapters add {options.out}")


def adapted_model(options: argparse.Namespace) -> PeftModel:
    """Load the base and put a fresh adapter on it, or the one of a run that was stopped."""
    four_bit = options.four_bit == "yes" or (options.four_bit == "auto" and torch.cuda.is_available())
    base = _base(options, four_bit)
    if four_bit:
        base = prepare_model_for_kbit_training(base, gradient_checkpointing_kwargs={"use_reentrant": False})
    last = Path(options.out) / "last"
    if (last / STATE).exists():
        model = PeftModel.from_pretrained(base, last, is_trainable=True)
    elif options.from_adapter:
        model = PeftModel.from_pretrained(base, options.from_adapter, is_trainable=True)
    else:
        model = get_peft_model(base, lora_config(base.config, options))
    for parameter in model.parameters():
        if parameter.requires_grad:
            # adapters are small: they are kept and updated in 32 bits, whatever the base is held in
            parameter.data = parameter.data.float()
    # by this name the program knows which model the adapter belongs to
    model.peft_config["default"].base_model_name_or_path = options.base_name or _name_of(options.base)
    model.print_trainable_parameters()
    return model


def lora_config(config: Any, options: argparse.Namespace) -> LoraConfig:
    """Return the settings of a fresh adapter: all linear layers of a block, of the last blocks only if so wished."""
    targets = options.targets.split(",") if options.targets else TARGETS.get(config.model_type)
    if targets is None:
        raise SystemExit(f"Which layers of a {config.model_type} to train is not known here; name them by --targets.")
    blocks = config.num_hidden_layers
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=options.rank,
        lora_alpha=options.alpha or 2 * options.rank,
        lora_dropout=options.dropout,
        bias="none",
        target_modules=list(targets),
        layers_to_transform=list(range(blocks - options.last_blocks, blocks)) if options.last_blocks else None,
    )


def _name_of(base: str) -> str:
    return Path(base).resolve().name if Path(base).is_dir() else base


def _base(options: argparse.Namespace, four_bit: bool) -> Any:
    if not four_bit:
        cuda_type = torch.bfloat16 if torch.cuda.is_available() else torch.float32
        kind = cuda_type if options.precision == "auto" else getattr(torch, options.precision)
        model = AutoModelForCausalLM.from_pretrained(options.base, dtype=kind, use_safetensors=True)
        return model.to("cuda" if torch.cuda.is_available() else "cpu")
    from transformers import BitsAndBytesConfig

    bits = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
    return AutoModelForCausalLM.from_pretrained(
        options.base, quantization_config=bits, device_map={"": 0}, use_safetensors=True
    )


class Run:
    """One training run and what it keeps on disk: the best adapter in `out`, the last state in `out/last`."""

    def __init__(self, model: PeftModel, pad: int, options: argparse.Namespace) -> None:
        self.model = model
        self.options = options
        self.out = Path(options.out)
        self.device = next(model.parameters()).device
        self._pad = pad
        self._weights = {name: value for name, value in model.named_parameters() if value.requires_grad}
        self._optimizer = torch.optim.AdamW(self._weights.values(), lr=options.rate, weight_decay=0.0)
        self.progress = self._resumed()

    def train(self, train: Sequence[Example], valid: Sequence[Example]) -> None:
        """Train until the epochs or the minutes are over, or the validation loss no longer falls."""
        options, progress = self.options, self.progress
        an_epoch = _steps_of_epoch(train, options)
        steps = options.steps or an_epoch * options.epochs
        every = options.evaluate_every or an_epoch
        if not progress.step:
            print(f"step 0/{steps}  validation loss {self.loss(valid):.4f}", flush=True)
        began, seconds_before, losses = time.monotonic(), progress.seconds, []
        for grouped in _steps(train, options, progress.step):
            done = max(progress.step / steps, progress.seconds / (60 * options.minutes) if options.minutes else 0.0)
            if done >= 1 or progress.unimproved >= options.patience:
                break
            losses.append(self._step(grouped, rate_at(done, options)))
            progress.step += 1
            progress.seconds = seconds_before + time.monotonic() - began
            if progress.step % options.print_every == 0:
                print(f"step {progress.step}/{steps}  loss {_mean(losses):.4f}  {progress.seconds:.0f} s", flush=True)
                losses = []
            if progress.step % every == 0:
                self._validate(valid)
        if progress.step % every:
            self._validate(valid)

    @torch.no_grad()
    def loss(self, examples: Sequence[Example]) -> float:
        """Return the mean loss for each word of the answers, in nats a token."""
        self.model.eval()
        total, counted = 0.0, 0
        for batch in batches(examples, self.options.batch, None):
            value, count = self.forward(batch)
            total, counted = total + float(value), counted + count
        return total / max(1, counted)

    def _step(self, grouped: Sequence[Sequence[Example]], rate: float) -> float:
        self.model.train()
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        count_all = sum(len(example.answer) for batch in grouped for example in batch)
        forward = self.forward_shared if self.options.share else self.forward
        total = 0.0
        for batch in grouped:
            value, _ = forward(batch)
            # divided by the answers' tokens of the whole step, so that batches of short answers weigh no more
            (value / count_all).backward()
            total += float(value.detach())
        torch.nn.utils.clip_grad_norm_(self._weights.values(), GRADIENT_LIMIT)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return total / count_all

    def forward(self, examples: Sequence[Example]) -> tuple[torch.Tensor, int]:
        """Return the summed loss of the answers' tokens, and how many they are."""
        batch = batch_of(examples, self._pad)
        ids, mask, labels = (torch.tensor(rows, device=self.device) for rows in (batch.ids, batch.mask, batch.labels))
        places = (mask.cumsum(1) - 1).clamp(min=0)
        kept = labels.shape[1] + 1
        with self._mixed():
            scores = self.model(
                input_ids=ids, attention_mask=mask, position_ids=places, logits_to_keep=kept, use_cache=False
            ).logits
        loss = torch.nn.functional.cross_entropy(
            scores[:, :-1].float().flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum"
        )
        return loss, sum(len(example.answer) for example in examples)

    def forward_shared(self, examples: Sequence[Example]) -> tuple[torch.Tensor, int]:
        """Return the same as `forward` for examples that begin alike; what they share is computed once."""
        row = shared_row(examples)
        ids, places = (torch.tensor([values], device=self.device) for values in (row.ids, row.places))
        owners, learned, labels = (
            torch.tensor(values, device=self.device) for values in (row.owners, row.learned, row.labels)
        )
        own = (owners[:, None] == owners[None, :]) | (owners[None, :] == -1)
        seen = own.tril()[None, None]
        with self._mixed():
            scores = self.model(
                input_ids=ids, attention_mask=seen, position_ids=places, logits_to_keep=learned, use_cache=False
            ).logits
        loss = torch.nn.functional.cross_entropy(scores[0].float(), labels, reduction="sum")
        return loss, len(row.labels)

    def _mixed(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda")

    def _validate(self, valid: Sequence[Example]) -> None:
        progress = self.progress
        value = self.loss(valid)
        better = value < progress.best
        progress.unimproved = 0 if better else progress.unimproved + 1
        progress.best = min(progress.best, value)
        print(f"step {progress.step}  validation loss {value:.4f}{'  (best)' if better else ''}", flush=True)
        if better:
            self._save(self.out)
        self._keep()

    def _save(self, folder: Path) -> None:
        self.model.save_pretrained(folder, safe_serialization=True, save_embedding_layers=False)

    def _keep(self) -> None:
        """Write what a run needs to go on; the small file last, so that it speaks only of a whole state."""
        folder = self.out / "last"
        (folder / STATE).unlink(missing_ok=True)
        self._save(folder)
        tensors = {}
        for name, weight in self._weights.items():
            for part, value in self._optimizer.state[weight].items():
                tensors[f"{name}|{part}"] = value.detach().cpu().contiguous()
        save_file(tensors, folder / STATE_TENSORS)
        (folder / STATE).write_text(json.dumps(asdict(self.progress)), encoding="utf-8")

    def _resumed(self) -> Progress:
        folder = self.out / "last"
        if not (folder / STATE).exists():
            return Progress()
        with safe_open(folder / STATE_TENSORS, "pt") as held:
            for key in held.keys():  # noqa: SIM118 (no mapping: it has keys() alone)
                name, part = key.split("|")
                value = held.get_tensor(key)
                weight = self._weights[name]
                self._optimizer.state[weight][part] = value if part == "step" else value.to(weight.device)
        progress = Progress(**json.loads((folder / STATE).read_text(encoding="utf-8")))
        print(f"going on after step {progress.step}", flush=True)
        return progress


def rate_at(done: float, options: argparse.Namespace) -> float:
    """Return the learning rate at a share of the work: a straight rise, then a cosine down to a tenth."""
    if done < options.warmup:
        return float(options.rate * max(done / options.warmup, 0.05))
    fall = (done - options.warmup) / max(1e-9, 1 - options.warmup)
    return float(options.rate * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * min(1.0, fall)))))


def _steps(
    train: Sequence[Example], options: argparse.Namespace, skipped: int
) -> Iterator[Sequence[Sequence[Example]]]:
    """Give the batches of each step for ever, shuffled anew in every epoch; a resumed run skips those it had."""
    per_step, epoch = options.batch * options.accumulate, 0
    groups = alike(train, options.share) if options.share else []
    while True:
        order = random.Random(options.seed + epoch)
        for grouped in _shared_steps(groups, per_step, order) if groups else _plain_steps(train, options, order):
            if skipped:
                skipped -= 1
                continue
            yield grouped
        epoch += 1


def _steps_of_epoch(train: Sequence[Example], options: argparse.Namespace) -> int:
    per_step = options.batch * options.accumulate
    if not options.share:
        return math.ceil(len(train) / per_step)
    return sum(1 for _ in _shared_steps(alike(train, options.share), per_step, random.Random(options.seed)))


def _plain_steps(
    train: Sequence[Example], options: argparse.Namespace, order: random.Random
) -> Iterator[Sequence[Sequence[Example]]]:
    for examples in batches(train, options.batch * options.accumulate, order):
        yield list(batches(examples, options.batch, None))


def _shared_steps(
    groups: Sequence[list[Example]], per_step: int, order: random.Random
) -> Iterator[Sequence[Sequence[Example]]]:
    shuffled = list(groups)
    order.shuffle(shuffled)
    step: list[list[Example]] = []
    for group in shuffled:
        step.append(group)
        if sum(map(len, step)) >= per_step:
            yield step
            step = []
    if step:
        yield step


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / max(1, len(listed))


def _say(path: Path, left_out: dict[str, int], count: int) -> None:
    reasons = "".join(f"; {number} left out: {reason}" for reason, number in left_out.items())
    print(f"{path}: {count} examples{reasons}", flush=True)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train a LoRA adapter on conversations.")
    add = parser.add_argument
    add("--base", required=True, help="the model: its name on Hugging Face, or a folder with its weights")
    add("--base-name", default="", help="its name, where the folder is called otherwise")
    add("--data", type=Path, required=True, help="examples to train on, one {messages: [...]} a line")
    add("--valid", type=Path, required=True, help="examples to stop by, of the same form")
    add("--out", type=Path, required=True, help="folder for the adapter")
    add("--from-adapter", default="", help="go on from this adapter instead of a fresh one")
    add("--rank", type=int, default=16)
    add("--alpha", type=int, default=0, help="twice the rank if not given")
    add("--dropout", type=float, default=0.05)
    add("--targets", default="", help="layers to train, separated by commas; those of the architecture if not given")
    add("--last-blocks", type=int, default=0, help="train these many last blocks only; 0: all")
    add("--rate", type=float, default=2e-4, help="highest learning rate")
    add("--warmup", type=float, default=0.05, help="share of the work in which the rate rises")
    add("--epochs", type=int, default=3)
    add("--steps", type=int, default=0, help="steps in all, instead of epochs")
    add("--minutes", type=float, default=0, help="end after so long at the latest, the rate falling in time")
    add("--batch", type=int, default=4, help="examples computed at once")
    add("--accumulate", type=int, default=4, help="batches a step")
    add(
        "--share",
        type=int,
        default=0,
        metavar="LENGTH",
        help="compute what prompts share once, in rows of so many tokens; for many questions about the same passages",
    )
    add("--length", type=int, default=2048, help="longest example in tokens; longer ones are left out")
    add("--evaluate-every", type=int, default=0, help="validate after so many steps; 0: after every epoch")
    add("--patience", type=int, default=3, help="stop after so many validations without a lower loss")
    add("--print-every", type=int, default=10)
    add("--four-bit", choices=("auto", "yes", "no"), default="auto", help="hold the base in 4 bits; auto: with CUDA")
    add("--precision", choices=("auto", "float32", "bfloat16"), default="auto", help="of the base where not in 4 bits")
    add("--threads", type=int, default=0)
    add("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    main()
