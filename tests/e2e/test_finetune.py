"""The recipe in resources/finetune, whole: examples, some steps, loss falls, the adapter is taken in, answers move."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.llama.engine import Engine
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse, LoadOptions, Sampling, Turn
from phi3desk.paths import Paths
from tests.helpers.tiny_phi3 import (
    SYSTEM_CHAT_TEMPLATE,
    TinyConfig,
    config,
    llama_weights,
    transformers_model,
    write_tiny_llama,
    write_tiny_phi3,
)

RECIPE = Path(__file__).resolve().parents[2] / "resources" / "finetune"
ANSWER = "check the valve before the pump"
QUESTIONS = ["is the pump on", "can the motor use water", "has the filter one part", "is it safety at the table"]
LOSS = re.compile(r"validation loss (\d+\.\d+)")


def messages(question: str) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": "use the page"},
        {"role": "user", "content": question},
        {"role": "assistant", "content": ANSWER},
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the tiny Phi-3 twice with the same weights: as GGUF, and as a folder of transformers."""
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("base") / "Tiny-Phi3"
    transformers_model().save_pretrained(folder)
    model = write_tiny_phi3(folder.parent / "tiny.gguf", template=SYSTEM_CHAT_TEMPLATE)
    AutoTokenizer.from_pretrained(folder.parent, gguf_file=model.name).save_pretrained(folder)
    return model, folder


def train(folder: Path, base: Path, steps: int) -> str:
    for name, questions in (("train", QUESTIONS * 4), ("valid", ["is the seal on", "can the oil use steel"])):
        lines = [json.dumps({"messages": messages(question)}) + "\n" for question in questions]
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    command = [
        sys.executable,
        str(RECIPE / "train.py"),
        "--base",
        str(base),
        "--data",
        str(folder / "train.jsonl"),
        "--valid",
        str(folder / "valid.jsonl"),
        "--out",
        str(folder / "valves"),
        "--rank",
        "8",
        "--rate",
        "0.01",
        "--steps",
        str(steps),
        "--batch",
        "4",
        "--accumulate",
        "2",
        "--evaluate-every",
        "10",
        "--print-every",
        "5",
        "--patience",
        "9",
        "--four-bit",
        "no",
        "--threads",
        "1",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Trained:
    """What two runs of one command said, the second going on where the first ended, and the folder they wrote."""

    first: str
    second: str
    folder: Path


@pytest.fixture(scope="module")
def trained(base: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Return a finished training of the tiny model, stopped half-way and gone on with."""
    folder = tmp_path_factory.mktemp("training")
    return Trained(train(folder, base[1], 10), train(folder, base[1], 20), folder / "valves")


def test_recipe_trains_an_adapter_that_the_program_takes_and_that_moves_its_answers(
    base: tuple[Path, Path], trained: Trained, home: Paths
) -> None:
    model, _ = base
    ModelStore(home).use(ModelStore(home).add(model).name)
    entry = AdapterStore(home).add(trained.folder)
    assert (entry.name, entry.rank, entry.architecture) == ("valves", 8, "phi3")
    engine = Engine.load(model, LoadOptions(context=256, threads=1))
    try:
        before = answer(engine)
        engine.set_adapters([AdapterUse(entry.name, entry.path)])
        after = answer(engine)
    finally:
        engine.close()
    # llama.cpp and transformers cut the first word of the tiny vocabulary differently, so the answer is nearly the same
    learned = set(ANSWER.split())
    assert len(learned & set(before.split())) <= 1
    assert len(learned & set(after.split())) >= 4


def test_recipe_goes_on_where_it_was_stopped_and_the_loss_falls(trained: Trained) -> None:
    begun, halfway = (float(loss) for loss in LOSS.findall(trained.first))
    assert "going on after step 10" in trained.second
    assert float(LOSS.findall(trained.second)[-1]) < min(halfway, 0.5 * begun)


def test_recipe_writes_no_pickle(trained: Trained) -> None:
    suffixes = {path.suffix for path in trained.folder.rglob("*") if path.is_file()}
    assert suffixes <= {".json", ".safetensors", ".md"}


def answer(engine: Engine) -> str:
    turns = [Turn(message["role"], message["content"]) for message in messages("is the seal on")[:2]]
    ignored: Any = lambda *_: None  # noqa: E731
    return engine.generate(turns, Sampling(max_tokens=12), ignored, ignored, threading.Event()).text


def test_recipe_learns_the_last_answer_and_its_end_alone(
    base: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import AutoTokenizer

    monkeypatch.syspath_prepend(str(RECIPE))
    from examples import batch_of, example_of

    tokenizer = AutoTokenizer.from_pretrained(base[1])
    short, long = (example_of(messages(question), tokenizer) for question in ("is it", "is the motor on"))
    assert tokenizer.decode(short.answer) == f"{ANSWER}<|end|>"
    assert tokenizer.decode(short.prompt).rstrip().endswith("<|assistant|>")
    batch = batch_of([short, long], pad=0)
    for ids, mask, labels, example in zip(batch.ids, batch.mask, batch.labels, (short, long), strict=True):
        assert len(ids) == len(mask) == len(long)
        assert tuple(ids[-len(example) :]) == example.prompt + example.answer
        assert sum(mask) == len(example)
        assert tuple(labels) == example.answer


def test_recipe_computes_what_examples_share_once_and_to_the_same_loss(
    base: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(RECIPE))
    import train
    from examples import alike, example_of, shared_row
    from transformers import AutoTokenizer

    files = ["--data", "none", "--valid", "none", "--out", str(tmp_path / "out")]
    options = train.parser().parse_args(["--base", str(base[1]), *files, "--dropout", "0", "--share", "200"])
    run = train.Run(train.adapted_model(options), 0, options)
    run.model.eval()
    tokenizer = AutoTokenizer.from_pretrained(base[1])
    examples = [example_of(messages(f"the pump has one filter {end}"), tokenizer) for end in ("", "on", "is it on")]
    (group,) = alike(examples, 200)
    row = shared_row(group)
    assert len(row.ids) < 0.8 * sum(map(len, examples))
    together, count = run.forward_shared(group)
    apart = [run.forward([example]) for example in examples]
    assert count == sum(counted for _, counted in apart)
    assert float(together.detach()) == pytest.approx(sum(float(loss.detach()) for loss, _ in apart), rel=1e-4)
    assert [len(rows) for rows in alike(examples, len(examples[0]))] == [1, 1, 1]


@pytest.mark.parametrize(
    "spoiled",
    [
        [{"role": "user", "content": "is it on"}],
        [{"role": "user", "content": "a <|end|> b"}, {"role": "assistant", "content": "no"}],
        [{"role": "user"}],
    ],
    ids=["no answer", "control token in a document", "no content"],
)
def test_recipe_leaves_out_what_cannot_be_trained_on(
    base: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiled: list[dict[str, str]]
) -> None:
    from transformers import AutoTokenizer

    monkeypatch.syspath_prepend(str(RECIPE))
    from examples import Reading, read_examples

    lines = [json.dumps({"messages": kept}) for kept in (messages("is it on"), spoiled)]
    (tmp_path / "some.jsonl").write_text("\n".join([*lines, "{"]), encoding="utf-8")
    found = read_examples(tmp_path / "some.jsonl", Reading(AutoTokenizer.from_pretrained(base[1]), 200))
    assert (len(found.examples), sum(found.left_out.values())) == (1, 2)


def test_starter_weights_undo_the_order_of_the_converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gguf import GGUFReader

    monkeypatch.syspath_prepend(str(RECIPE / "starter"))
    from weights import weights_of

    shape: TinyConfig = config()
    reader = GGUFReader(write_tiny_llama(tmp_path / "tiny.gguf"))
    found = weights_of(reader, {"num_attention_heads": shape.heads, "num_key_value_heads": shape.kv_heads})
    wanted = {name: values for name, values in llama_weights().items() if name != "lm_head.weight"}
    assert found.keys() == wanted.keys()
    for name, values in wanted.items():
        np.testing.assert_array_equal(found[name], values)
