"""What is told of a model in a local folder, and which folders are refused with what sentence."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from phi3desk.errors import UserError
from phi3desk.library.embedding.embedder import open_described
from phi3desk.library.embedding.encoder import BertEncoder, SentenceTransformersEncoder
from phi3desk.library.embedding.local_model import ALL_LANGUAGES, describe

TEXTS = ["How often is the bearing greased?", "Hur ofta smörjs lagret?", "grease " * 100, ""]
WORDS = [
    "[PAD]",
    "[CLS]",
    "[SEP]",
    "[UNK]",
    "how",
    "often",
    "grease",
    "bearing",
    "lager",
    "?",
    *map(chr, range(97, 123)),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_bert(tmp_path / "small-bert")


def small_bert(folder: Path, kind: str = "bert", pooling: str = "pooling_mode_mean_tokens") -> Path:
    """Write a tiny model of random weights as sentence-transformers lays it out."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, XLMRobertaConfig, XLMRobertaModel

    torch.manual_seed(3)
    sizes = {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
        "vocab_size": len(WORDS), "max_position_embeddings": 66,
    }  # fmt: skip
    if kind == "bert":
        model = BertModel(BertConfig(**sizes), add_pooling_layer=False)
    else:
        model = XLMRobertaModel(
            XLMRobertaConfig(**sizes, pad_token_id=0, type_vocab_size=1, layer_norm_eps=1e-5), add_pooling_layer=False
        )
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer = Tokenizer(models.WordPiece({word: index for index, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    tokenizer.save(str(folder / "tokenizer.json"))
    write(folder / "tokenizer_config.json", tokenizer_class="PreTrainedTokenizerFast", pad_token="[PAD]")
    kinds = [("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"}
        for i, (name, path) in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    write(folder / "1_Pooling" / "config.json", word_embedding_dimension=32, **{pooling: True})
    write(folder / "sentence_bert_config.json", max_seq_length=64, do_lower_case=False)
    return folder


def write(path: Path, **content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def change(path: Path, **more: object) -> None:
    write(path, **json.loads(path.read_text()) | more)


def test_a_folder_is_described_without_loading_it(folder: Path) -> None:
    told = describe(folder)
    assert (told.name, told.folder, told.dimensions, told.max_tokens) == ("small-bert", folder, 32, 64)
    assert (told.question_prefix, told.passage_prefix, told.languages) == ("", "", ALL_LANGUAGES)
    # the same model elsewhere is the same; another weight, tokenizer or prefix makes another
    copy = shutil.copytree(folder, folder.with_name("copy"))
    assert describe(copy).fingerprint == told.fingerprint
    assert describe(copy, passage_prefix="passage: ").fingerprint != told.fingerprint
    (copy / "README.md").write_text("---\ntags: [a]\nlanguage:\n- en\n- zh-CN\n- sv\nlicense: mit\n---\ntext")
    write(copy / "config_sentence_transformers.json", prompts={"query": "ask: ", "document": "tell: "})
    again = describe(copy)
    assert again.languages == {"en", "zh", "sv"}
    assert (again.question_prefix, again.passage_prefix) == ("ask: ", "tell: ")
    assert describe(copy, question_prefix="").question_prefix == ""
    (copy / "README.md").write_text("---\nlanguage: multilingual\n---\n")
    assert describe(copy).languages == ALL_LANGUAGES
    weights = load_file(copy / "model.safetensors")
    weights["embeddings.LayerNorm.bias"][0] += 1e-3
    save_file(weights, copy / "model.safetensors")
    assert describe(copy, question_prefix="", passage_prefix="").fingerprint != told.fingerprint
    hub = folder.with_name("models--intfloat--multilingual-e5-base") / "snapshots" / "0a1b"
    named = describe(shutil.copytree(folder, hub))
    assert (named.name, named.question_prefix, named.passage_prefix) == ("multilingual-e5-base", "query: ", "passage: ")


def without(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def outside(folder: Path) -> None:
    modules = json.loads((folder / "modules.json").read_text())
    modules[1]["path"] = "../elsewhere"
    (folder / "modules.json").write_text(json.dumps(modules))


def foreign_module(folder: Path) -> None:
    text = (folder / "modules.json").read_text()
    (folder / "modules.json").write_text(text.replace("sentence_transformers.models.Pooling", "custom_st.Pooling"))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (without("modules.json"), "holds no embedding model"),
        (without("model.safetensors"), "model.safetensors is missing"),
        (without("tokenizer.json"), "tokenizer.json is missing"),
        (without("config.json"), "config.json is missing"),
        (pickled, "can run program code"),
        (cut, "model.safetensors is damaged"),
        (outside, "modules.json is damaged"),
        (foreign_module, "program code of its own"),
        (lambda folder: change(folder / "config.json", auto_map={"AutoModel": "x.Y"}), "program code of its own"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json is damaged"),
        (lambda folder: (folder / "modules.json").write_text("[1]"), "modules.json is damaged"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    folder: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(folder)
    with pytest.raises(UserError, match=says):
        describe(folder)


@pytest.mark.parametrize(
    ("kind", "pooling"), [("bert", "pooling_mode_cls_token"), ("xlm-roberta", "pooling_mode_mean_tokens")]
)
def test_a_model_that_was_added_computes_what_sentence_transformers_does(
    tmp_path: Path, kind: str, pooling: str
) -> None:
    folder = small_bert(tmp_path / "small", kind, pooling)
    theirs, exact = SentenceTransformersEncoder(folder), BertEncoder(folder)
    tokens = theirs.tokens(TEXTS)
    assert max(map(len, tokens)) == 64
    assert np.abs(theirs.vectors(tokens) - exact.vectors(tokens)).max() < 1e-5
    embedder = open_described(describe(folder), tmp_path / "made")
    vectors = embedder.embed(TEXTS)
    assert (vectors * theirs.vectors(tokens)).sum(axis=1).min() > 0.98
    assert np.allclose(embedder.embed_question(TEXTS[1]), vectors[1], atol=1e-6)
    embedder.release()
    # what was made of it stays when the folder goes
    shutil.rmtree(folder)
    assert np.array_equal(embedder.embed(TEXTS), vectors)


def test_a_model_with_more_parts_is_computed_by_sentence_transformers(folder: Path, tmp_path: Path) -> None:
    modules = json.loads((folder / "modules.json").read_text())
    dense = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    (folder / "modules.json").write_text(json.dumps([*modules[:2], dense]))
    write(
        folder / "2_Dense" / "config.json",
        in_features=32, out_features=8, bias=True, activation_function="torch.nn.modules.activation.Tanh",
    )  # fmt: skip
    weight = np.random.default_rng(1).standard_normal((8, 32)).astype(np.float32)
    save_file({"linear.weight": weight, "linear.bias": np.zeros(8, np.float32)}, folder / "2_Dense/model.safetensors")
    told = describe(folder)
    embedder = open_described(told, tmp_path / "made")
    assert told.dimensions == 8
    assert np.linalg.norm(embedder.embed(TEXTS), axis=1) == pytest.approx(1, abs=1e-5)
    assert not (tmp_path / "made").exists()
    shutil.rmtree(folder)
    embedder.release()
    with pytest.raises(UserError, match="cannot be loaded"):
        embedder.embed(TEXTS)
