"""Three hundred damaged and hostile model files: each is refused in words or answers, and nothing else goes down."""

from __future__ import annotations

import threading
from pathlib import Path

from phi3desk.cli.model_process import ModelProcess
from phi3desk.errors import UserError
from phi3desk.model.gguf import inspect
from phi3desk.model.gguf_header import read_header
from phi3desk.model.store import ModelStore
from phi3desk.model.types import ModelEntry, Sampling
from phi3desk.paths import Paths
from phi3desk.settings import Settings
from tests.helpers.damaged_gguf import damaged_of
from tests.workers.test_model_worker import request

#: of the files that look sound, those that llama.cpp may end its process over
MOST_DEATHS = 3


def test_no_damaged_model_takes_the_program_down(home: Paths, tmp_path: Path, tiny_phi3: Path) -> None:
    sound = tiny_phi3.read_bytes()
    header = read_header(tiny_phi3)
    tensors_at = sound.index(header.tensors[0].name.encode()) - 8
    damaged = list(damaged_of(sound, tensors_at, header.data_start))
    assert len(damaged) >= 300
    assert len({content for _, content in damaged}) >= 290

    settings = Settings(home.settings)
    settings.set("model.context", 512)
    settings.set("model.threads", 1)
    store = ModelStore(home)
    accepted: list[tuple[str, ModelEntry]] = []
    for number, (what, content) in enumerate(damaged):
        path = tmp_path / f"damaged {number}.gguf"
        path.write_bytes(content)
        try:
            inspect(path, "model")
        except UserError as refusal:
            assert str(refusal), what
            path.unlink()
        else:
            accepted.append((what, store.add(path)))
    # flips within weights, and numbers that llama.cpp does not use, cannot be seen
    assert 16 <= len(accepted) < len(damaged) // 3

    ended = {}
    with ModelProcess(home, settings) as model:
        for what, entry in accepted:
            ended[what] = _outcome(model, entry)
        died = [what for what, said in ended.items() if "ended its process" in said]
        assert len(died) <= MOST_DEATHS, died
        assert _outcome(model, store.add(tiny_phi3)) == "answered"


def _outcome(model: ModelProcess, entry: ModelEntry) -> str:
    """Load a model and have it answer; return "answered", or the sentence that says why it did not."""
    try:
        model.load(entry, ())
        model.write(request(), Sampling(max_tokens=2), lambda *_: None, lambda _: None, threading.Event())
    except UserError as refusal:
        assert str(refusal)
        return str(refusal)
    return "answered"
