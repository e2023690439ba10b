"""Models are called what a person would call them."""

from pathlib import Path

import pytest

from phi3desk.chat.messages import MadeBy
from phi3desk.model.names import is_nameless, model_title, spoken_name
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths


@pytest.mark.parametrize(
    ("stem", "said"),
    [
        ("SmolLM2-135M-Instruct.Q4_1", "SmolLM2 135M"),
        ("Phi-3-mini-4k-instruct-q4", "Phi-3 mini 4k"),
        ("Phi-3.5-mini-instruct-Q4_K_M", "Phi-3.5 mini"),
        ("mistral-7b-instruct-v0.2.Q5_K_S", "mistral 7B v0.2"),
        ("Qwen2.5-Coder-1.5B-Instruct-UD-IQ2_XXS", "Qwen2.5 Coder 1.5B"),
        ("Llama-3.2-1B-Instruct-f16.gguf", "Llama-3.2 1B"),
        ("gguf", "gguf"),
    ],
)
def test_a_model_is_called_as_it_is_said(stem: str, said: str) -> None:
    assert spoken_name(stem) == said


def test_titles_tell_models_apart_and_keep_the_users_own_names(home: Paths, tiny_phi3: Path, tmp_path: Path) -> None:
    store = ModelStore(home)
    for name in ("Pump-3B-instruct.Q4_0", "Pump-3B-instruct.Q8_0", "Seal-1b-chat-q4", "ggml-model-q4_0"):
        path = tmp_path / f"{name}.gguf"
        path.write_bytes(tiny_phi3.read_bytes())
        store.add(path)
    store.add(tmp_path / "Seal-1b-chat-q4.gguf", "My own-Q4_0")
    called = [entry.called for entry in store.list() if not entry.starter]
    assert called[:3] == ["Pump-3B-instruct.Q4_0", "Pump-3B-instruct.Q8_0", "Seal 1B"]
    assert called[3] != "ggml-model-q4_0" and not is_nameless(called[3])
    assert called[4] == "My own-Q4_0"
    assert MadeBy("Seal-1b-chat-q4", "/m/Seal-1b-chat-q4.gguf", profile="Seals").line == "Seals, Seal 1B"
    assert model_title("Seal-1b-chat-q4 2", "/m/Seal-1b-chat-q4.gguf") == "Seal 1B 2"
