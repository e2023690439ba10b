"""A reranker in a folder: a tiny CrossEncoder with random weights, made here, in a real library."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from phi3desk.errors import Cancelled, UserError
from phi3desk.library.documents import MOST_TRACED, Ranker, SearchResult
from phi3desk.library.search.reranker import CANDIDATES, WEIGHT, Reranker
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

QUESTION = "How often is the main bearing greased?"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "how", "often", "main", "bearing", "greased", "pump", "weeks", "every"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification

    made = tmp_path_factory.mktemp("reranker")
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64, num_labels=1, initializer_range=2.0,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(made, safe_serialization=True)
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(made / "tokenizer.json"))
    return made


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LibraryInProcess]:
    paths = open_paths(tmp_path / "home")
    made = LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())
    for n in range(40):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{n}.txt").write_text(f"The main bearing {'pump weeks ' * n} is greased often.")
    made.import_paths([tmp_path / "in"], made.create_collection("All"))
    yield made
    made.close()


def order(result: SearchResult) -> list[str]:
    return [found.passage.document for found in result.found]


def test_reranker_reads_the_first_finds_again_and_both_scores_count(library, folder):
    before = library.search(QUESTION, 40)
    assert 0 < library.use_reranker(str(folder)) < 60
    asked = library.search(QUESTION, 40)
    assert sorted(order(asked)) == sorted(order(before))
    assert order(asked) != order(before)
    assert order(library.search(QUESTION, 3)) == order(asked)[:3]
    best, scored = before.found[0].score, {found.passage.id: found.score for found in asked.found}
    read = [(scored[each.passage.id] - (1 - WEIGHT) * each.score / best) / WEIGHT for each in before.found]
    assert all(0 < score < 1 for score in read[:CANDIDATES])
    assert max(read[:CANDIDATES]) - min(read[:CANDIDATES]) > 0.05
    assert read[CANDIDATES:] == pytest.approx([0.0] * 10, abs=1e-9)
    assert asked.notice is None
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Cancelled):
        library.search(QUESTION, 3, cancelled=stopped)
    library.use_reranker("")
    assert order(library.search(QUESTION, 40)) == order(before)


def test_reranker_that_fails_leaves_the_order_of_the_search_and_says_so(library, folder, tmp_path):
    before = library.search(QUESTION, 5)
    copied = shutil.copytree(folder, tmp_path / "copied")
    library.use_reranker(str(copied))
    library.release_embedder_when_idle(0.0)
    # it is loaded again by the next search once it was let go
    deadline = threading.Event()
    for _ in range(100):
        if not library._reranker.loaded:
            break
        deadline.wait(0.05)
    assert not library._reranker.loaded
    shutil.rmtree(copied)
    result = library.search(QUESTION, 5)
    assert [(found.passage.id, found.score) for found in result.found] == [
        (found.passage.id, found.score) for found in before.found
    ]
    assert "There is no folder" in str(result.notice)
    assert str(copied) in str(result.notice)
    # a search is not held up by it a second time
    assert order(library.search(QUESTION, 5)) == order(before)
    library.use_reranker(str(folder))
    assert library.search(QUESTION, 5).notice is None


def test_folders_that_hold_no_reranker_are_refused_in_words(folder, tmp_path, monkeypatch):
    chosen = Reranker()

    def refused(*taken: str, **config: object) -> str:
        copied = tmp_path / "copied"
        shutil.rmtree(copied, ignore_errors=True)
        shutil.copytree(folder, copied)
        for name in taken:
            (copied / name).rename(copied / "pytorch_model.bin") if "safe" in name else (copied / name).unlink()
        if config:
            kept = json.loads((copied / "config.json").read_text())
            (copied / "config.json").write_text(json.dumps(kept | config))
        with pytest.raises(UserError) as told:
            chosen.choose(str(copied))
        return str(told.value)

    assert "are a pickle, which could run code" in refused("model.safetensors")
    assert "tokenizer.json is missing" in refused("tokenizer.json")
    assert "config.json is missing" in refused("config.json")
    assert "model of another kind" in refused(id2label={"0": "no", "1": "yes"})
    assert "model of another kind" in refused(architectures=["BertModel"])
    assert "cannot be loaded" in refused(model_type="mine", auto_map={"AutoConfig": "mine.Config"})
    assert "is not whole" in refused(model_type="roberta", architectures=["RobertaForSequenceClassification"])
    with pytest.raises(UserError, match="There is no folder"):
        chosen.choose(str(tmp_path / "none"))
    assert not chosen.in_use


def test_reranker_adds_its_places_to_the_trace(library, folder):
    library.use_reranker(str(folder))
    result = library.search(QUESTION, 3)

    assert result.trace is not None
    assert [c.passage.id for c in result.trace.candidates[:3]] == [found.passage.id for found in result.found]
    assert len(result.trace.candidates) == MOST_TRACED
    ranks = {c.places[Ranker.RERANKER].rank for c in result.trace.candidates}
    assert ranks <= set(range(1, CANDIDATES + 1))
    assert result.trace.seconds[Ranker.RERANKER] > 0
