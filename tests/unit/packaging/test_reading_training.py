"""What the starter's reader is trained with: questions about sentences, with the words that answer them or none."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from phi3desk.chat.judging.before import UNANSWERABLE
from tests.helpers.scripts import loaded_script
from tests.helpers.tiny_phi3 import qwen2_weights, transformers_qwen2, write_tiny_qwen2

FOLDER = Path(__file__).parents[3] / "packaging" / "reading"


@pytest.fixture(scope="module")
def training() -> Iterator[ModuleType]:
    with loaded_script(FOLDER / "train.py", "reading_training", ("examples", "claims", "items")) as module:
        yield module


@pytest.fixture(scope="module")
def groups(training: ModuleType) -> list[Any]:
    # pages of documents take a while to read
    made: list[Any] = training.examples.groups_of(
        training.examples.read_texts(documents=False, files=training.examples.FILES), random.Random(28)
    )
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


def test_claims_that_are_so_come_as_often_as_others_and_read_one_passage(training: ModuleType):
    lists = training.claims.lessons_of(random.Random(28), documents=False)
    lessons = [lesson for some in lists for lesson in some]
    for some in lists:
        texts = {re.sub(r"\n\n(Question: .*\n)?Claim: .*$", "", lesson.turns[-1].text) for lesson in some}
        assert len(texts) == 1
    assert all(lesson.written == ("yes" if lesson.is_yes else "no") for lesson in lessons)
    assert 0.4 < sum(lesson.is_yes for lesson in lessons) / len(lessons) < 0.6
    assert len(lessons) > 20_000


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


@pytest.mark.parametrize("task", ["answers", "claims"])
def test_the_starter_is_trained_on_the_weights_of_its_file(
    training: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str
):
    import torch

    monkeypatch.setattr(training, "FIRST_LAYER", 1)
    model = training.starter_model(write_tiny_qwen2(tmp_path / "tiny.gguf"), training.TASKS[task])
    held = {
        name.removeprefix("base_model.model.").replace(".base_layer", ""): values
        for name, values in model.state_dict().items()
        if "lora_" not in name
    }
    wanted = qwen2_weights()
    assert held.keys() == wanted.keys()
    for name, values in wanted.items():
        assert torch.equal(held[name], torch.from_numpy(values).to(torch.bfloat16))
    assert model.peft_config["default"].base_model_name_or_path == "tiny"
    trained = [name for name, each in model.named_parameters() if each.requires_grad]
    assert trained
    assert all("lora_" in name and ".layers.1." in name for name in trained)
    assert any(".mlp." in name for name in trained) is (task == "claims")
