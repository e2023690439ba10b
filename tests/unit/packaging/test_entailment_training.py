"""What the encoder that checks answers is trained with: the texts, what is made of them, and what is shipped of it."""

import importlib.util
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from phi3desk.library.embedding import e5_small
from phi3desk.library.embedding.encoder import bert_weights
from phi3desk.library.entailment.making import trained_weights

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def training() -> Iterator[ModuleType]:
    # under a name of its own: the recipe for adapters has a train.py, too
    folder = ROOT / "packaging" / "entailment"
    spec = importlib.util.spec_from_file_location("entailment_training", folder / "train.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        yield module
    for name in ("items", "together"):
        del sys.modules[name]


def test_texts_are_in_seven_languages_and_across(training: ModuleType):
    texts = training.read_texts()
    assert {text.language for text in texts} == {"en", "de", "sl", "el", "uk", "ro", "sv", "across"}
    assert all(text.passage and text.true and text.other for text in texts)
    claims = [(text.passage, claim) for text in texts for claim in (*text.true, *text.other)]
    assert len(set(claims)) > 0.999 * len(claims)


def test_contrast_is_said_as_it_stands_and_not_with_a_change(training: ModuleType):
    text = training.Text("en", "The pump P-2 is greased every 4,000 hours. The pump P-3 must not be greased at all.",
                         (), (), False)  # fmt: skip
    contrast, chance = sys.modules["items"].contrast, random.Random(3)
    items = [item for _ in range(200) if (item := contrast(text, text, chance)) is not None]
    said = {item.text.lower().rstrip(".") for item in items if item.is_true}
    assert said == {"the pump p-2 is greased every 4,000 hours", "the pump p-3 must not be greased at all"}
    changed = {item.text.lower().rstrip(".") for item in items if not item.is_true}
    assert not said & changed
    assert "the pump p-3 must be greased at all" in changed


def test_what_is_shipped_gives_back_what_was_trained(training: ModuleType, tmp_path: Path):
    import torch
    from safetensors.numpy import load_file

    base = e5_small.make_folder(e5_small.INSTALLED)
    encoder = training.Encoder(base)
    changed = encoder.bert.encoder.layer[3].output.dense.weight
    before = changed.detach().clone()
    with torch.no_grad():
        changed += 0.01 * torch.outer(torch.randn(before.shape[0]), torch.randn(before.shape[1]))
    training.export(encoder, base, tmp_path / "weights.safetensors")
    made = dict(trained_weights(base, load_file(tmp_path / "weights.safetensors")))
    assert made.keys() == dict(bert_weights(base)).keys()
    name = "encoder.layer.3.output.dense.weight"
    assert abs(made[name] - changed.detach().numpy()).max() < 1e-3
    assert abs(made[name] - before.numpy()).max() > 1e-2


def test_what_is_read_together_is_read_as_if_it_were_alone(training: ModuleType):
    import torch
    from transformers import AutoTokenizer

    base = e5_small.make_folder(e5_small.INSTALLED)
    tokenizer = AutoTokenizer.from_pretrained(base)
    encoder = training.Encoder(base).eval()
    together = sys.modules["together"]
    passage = "The pump P-2 is greased every 4,000 hours. Only the fitter may open it."
    claims = [training.Item(f"The pump {word} greased.", passage, True) for word in ("is", "was")]
    longer = training.Item("Only the fitter may open the pump, and nobody else at all.", passage, True)

    def odds(*items: object) -> list[float]:
        readings = [together.Reading(passage, items), together.Reading(f"{passage} {passage}", (longer,))]
        with torch.no_grad():
            rows = together.rows_of(readings, tokenizer, training.PREFIXES, training.PASSAGE)
            return [float(each) for each in together.odds_of(encoder, rows)[:, 0]]

    assert odds(*claims) == pytest.approx([*odds(claims[0])[:1], *odds(claims[1])], abs=1e-4)


def test_a_round_reads_all_balanced_texts_and_some_of_the_others(training: ModuleType):
    texts = training.read_texts()[:400]
    readings = training.readings_of(texts, random.Random(2))
    most = sum(text.is_balanced for text in texts)
    seen = [next(readings) for _ in range(most)]
    assert most > 100
    assert all(1 <= len(reading.items) <= 20 for reading in seen)
    assert all({item.kind for item in reading.items} <= {0, 1} for reading in seen)
    assert any(item.kind == 1 for reading in seen for item in reading.items)
