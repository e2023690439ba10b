"""What the starter's reader is trained with: questions about sentences, with the words that answer them or none."""

import importlib.util
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from phi3desk.chat.judging.before import UNANSWERABLE
from tests.helpers.tiny_phi3 import transformers_qwen2

FOLDER = Path(__file__).parents[3] / "packaging" / "reading"


@pytest.fixture(scope="module")
def training() -> Iterator[ModuleType]:
    # under a name of its own: other recipes have a train.py, and examples, too
    others = sys.modules.pop("examples", None)
    spec = importlib.util.spec_from_file_location("reading_training", FOLDER / "train.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        patch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        yield module
    del sys.modules["examples"]
    if others is not None:
        sys.modules["examples"] = others


@pytest.fixture(scope="module")
def groups(training: ModuleType) -> list[Any]:
    # pages of documents take a while to read
    made: list[Any] = training.groups_of(training.read_texts(documents=False), random.Random(28))
    return made


def test_words_that_answer_stand_in_the_sentences_and_others_have_none(groups: list[Any]):
    asked = [each for group in groups for each in group.asked]
    for group in groups:
        read = " ".join(" ".join(group.sentences).split())
        assert 0 < len(group.sentences) <= 5
        assert all(words in read for _, words in group.asked if words != UNANSWERABLE)
        assert len({question for question, _ in group.asked}) == len(group.asked)
    assert 0.35 < sum(words == UNANSWERABLE for _, words in asked) / len(asked) < 0.65
    assert len(asked) > 2000


def test_questions_that_are_read_in_one_go_do_not_see_each_other(training: ModuleType):
    import torch
    from peft import LoraConfig, get_peft_model

    model = get_peft_model(transformers_qwen2(), LoraConfig(r=2, target_modules=["q_proj"]))
    chance = random.Random(3)
    shared, *rest = ([chance.randrange(3, 400) for _ in range(length)] for length in (9, 4, 3, 6, 2))
    asked = (training.Asked(rest[0], rest[1], True), training.Asked(rest[2], rest[3], False))
    together = [scores for _, scores in training.scores_of(model, training.Packed(shared, asked))]
    for each, scores in zip(asked, together, strict=True):
        tokens = [*shared, *each.prompt, *each.written]
        alone = model(torch.tensor([tokens])).logits[0, -len(each.written) - 1 : -1].log_softmax(-1)
        assert scores.shape == alone.shape
        assert torch.allclose(scores, alone, atol=1e-4)
    assert training.loss_of(model, training.Packed(shared, asked)).requires_grad
