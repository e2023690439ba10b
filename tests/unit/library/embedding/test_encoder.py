"""Both ways to compute a vector give the same one, and a model that is no plain BERT goes the general way."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from phi3desk.library.embedding.encoder import BertEncoder, SentenceTransformersEncoder, is_plain_bert, padded
from phi3desk.library.embedding.minilm import model_folder

TEXTS = (
    "How often must the main bearing be re-greased?",
    "Seal",
    "The plan holds for operation round the clock with clean water at up to 80 °C. " * 30,
    "Ležaj mažite vsakih 2.000 obratovalnih ur. Ποσότητα: 30 g.",
)


def test_vectors_are_those_of_sentence_transformers():
    ours, theirs = BertEncoder(model_folder()), SentenceTransformersEncoder(model_folder())
    tokens = ours.tokens(TEXTS)
    assert tokens == theirs.tokens(TEXTS)
    assert max(len(each) for each in tokens) == 256
    together, alone = ours.vectors(tokens), [ours.vectors([each])[0] for each in tokens]
    np.testing.assert_allclose(together, theirs.vectors(tokens), atol=2e-6)
    np.testing.assert_allclose(together, alone, atol=2e-6)


def test_padding_is_told_from_tokens():
    ids, mask = padded([[5, 6, 7], [8]])
    assert ids.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"model_type": "distilbert"}),
        ("config.json", {"position_embedding_type": "relative_key"}),
        ("1_Pooling/config.json", {"pooling_mode_lasttoken": True, "pooling_mode_mean_tokens": False}),
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}),
    ],
)
def test_another_model_is_no_plain_bert(tmp_path: Path, name: str, changes: dict[str, object]):
    folder = tmp_path / "model"
    shutil.copytree(model_folder(), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").touch()
    assert is_plain_bert(folder)
    changed = json.loads((folder / name).read_text()) | changes
    (folder / name).write_text(json.dumps(changed))
    assert not is_plain_bert(folder)


def test_a_question_is_embedded_without_torch():
    program = (
        "import sys; from phi3desk.library.embedding.minilm import MiniLmEmbedder; "
        "assert MiniLmEmbedder().embed_question('bearing').shape == (384,); "
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"
