"""A graphics card whose memory runs out: llama.cpp's calls are real, the card is a fake that says what CUDA said.

The messages are those of llama.cpp issues 20431 (weights) and 6860 of Ollama (working buffers), and of
`llama_context::process_ubatch` in llama-cpp-python 0.3.36; `llama_decode` returns -2 there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from phi3desk.errors import UserError
from phi3desk.model.llama import bindings, engine, loading
from phi3desk.model.llama.bindings import api
from phi3desk.model.llama.engine import Engine
from phi3desk.model.types import AdapterUse, Device, Ending, Generation, Hardware, LoadOptions, Role, Sampling, Turn

GIB = 1 << 30
ALL = 3
QUESTION = [Turn(Role.USER, "Which oil is in the pump?")]
WEIGHTS_FAILED = (
    "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 144817.04 MiB on device 0: cudaMalloc failed: "
    "out of memory",
    "alloc_tensor_range: failed to allocate CUDA0 buffer of size 151851674624",
    "llama_model_load: error loading model: unable to allocate CUDA0 buffer",
)
GRAPH_FAILED = (
    "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 144.00 MiB on device 4: cudaMalloc failed: out of memory",
    "ggml_gallocr_reserve_n: failed to allocate CUDA4 buffer of size 150995968",
    "process_ubatch: failed to allocate graph",
    "llama_decode: failed to decode, ret = -2",
)


def say(lines: tuple[str, ...]) -> None:
    for line in lines:
        bindings._LOG._on_message(4, f"{line}\n".encode(), None)


class Card:
    """How many layers have room when a model is loaded, and after how many decodes the memory is gone.

    `memory_free` is what the machine has beside the card.
    """

    def __init__(self) -> None:
        self.room = ALL
        self.tried: list[int] = []
        self.decodes_left = -1
        self.memory_free = 8 * GIB


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    fake = Card()
    load: Callable[..., Any] = api.llama_model_load_from_file
    decode: Callable[..., Any] = api.llama_decode

    def load_on_card(path: bytes, parameters: Any) -> Any:
        fake.tried.append(parameters.n_gpu_layers)
        if parameters.n_gpu_layers > fake.room:
            say(WEIGHTS_FAILED)
            return None
        return load(path, parameters)

    def decode_on_card(context: Any, batch: Any) -> int:
        if fake.decodes_left == 0 and fake.tried[-1]:
            say(GRAPH_FAILED)
            return -2
        fake.decodes_left -= 1
        return int(decode(context, batch))

    def machine() -> Hardware:
        return Hardware(1, 16 * GIB, fake.memory_free, (Device("CUDA0", "Card", "gpu", 8 * GIB, 7 * GIB),), True)

    monkeypatch.setattr(engine, "hardware", machine)
    monkeypatch.setattr(loading, "fewer_layers", lambda layers: layers - 1)
    monkeypatch.setattr(api, "llama_model_load_from_file", load_on_card)
    monkeypatch.setattr(api, "llama_decode", decode_on_card)
    return fake


@pytest.fixture
def opened() -> Iterator[list[Engine]]:
    engines: list[Engine] = []
    yield engines
    for one in engines:
        one.close()


def ask(loaded: Engine, on_text: Callable[[str], None] = lambda _: None) -> Generation:
    return loaded.generate(QUESTION, Sampling(max_tokens=24), lambda *_: None, on_text, threading.Event())


def test_all_layers_go_to_a_card_with_room(tiny_phi3: Path, card: Card, opened: list[Engine]) -> None:
    opened.append(Engine.load(tiny_phi3, LoadOptions(threads=1)))
    loaded = opened[0].loaded
    assert (card.tried, loaded.gpu_layers, loaded.device, loaded.notices) == ([3], 3, "Card", ())
    opened.append(Engine.load(tiny_phi3, LoadOptions(threads=1, gpu_layers=2)))
    assert "2 of 3 layers" in str(opened[1].loaded.notices[0])


@pytest.mark.parametrize(
    ("room", "tried", "words"), [(1, [3, 2, 1], "1 of 3 layers"), (0, [3, 2, 1, 0], "on the processor")]
)
def test_a_load_that_has_no_room_falls_back(
    tiny_phi3: Path, card: Card, opened: list[Engine], room: int, tried: list[int], words: str
) -> None:
    card.room = room
    opened.append(Engine.load(tiny_phi3, LoadOptions(threads=1)))
    loaded = opened[0].loaded
    assert (card.tried, loaded.gpu_layers) == (tried, room)
    assert words in str(loaded.notices[-1])
    assert ask(opened[0]).text


def test_a_damaged_file_is_not_tried_again_with_fewer_layers(
    tiny_phi3: Path, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: bytes, parameters: Any) -> None:
        card.tried.append(parameters.n_gpu_layers)
        say(("llama_model_load: error loading model: check_tensor_dims: tensor 'output.weight' has wrong shape",))

    monkeypatch.setattr(api, "llama_model_load_from_file", refuse)
    with pytest.raises(UserError, match="has wrong shape"):
        Engine.load(tiny_phi3, LoadOptions(threads=1))
    assert card.tried == [3]


def test_memory_that_is_gone_while_an_answer_is_written_costs_nothing_of_it(
    tiny_phi3: Path, tiny_adapters: list[Path], card: Card, opened: list[Engine]
) -> None:
    use = AdapterUse("a", str(tiny_adapters[0]), 1.0)
    for on_card in (False, True):
        opened.append(Engine.load(tiny_phi3, LoadOptions(threads=1, gpu_layers=-1 if on_card else 0)))
        opened[-1].set_adapters([use])
    plain = ask(opened[0])
    card.decodes_left = 9
    pieces: list[str] = []
    written = ask(opened[1], pieces.append)
    assert written.text == "".join(pieces) == plain.text
    assert written.tokens == plain.tokens
    assert written.adapters == (use,)
    loaded = opened[1].loaded
    # two layers had no room either
    assert (loaded.gpu_layers, card.tried) == (0, [0, 3, 2, 1, 0])
    assert "on the processor now" in str(loaded.notices[-1])
    assert ask(opened[1]).tokens == plain.tokens


@pytest.mark.parametrize("length", [500, 600])
def test_answer_ends_where_memory_has_no_room_for_what_the_card_held(
    tiny_phi3: Path, card: Card, opened: list[Engine], length: int
) -> None:
    opened.append(Engine.load(tiny_phi3, LoadOptions(threads=1, context=1024)))
    loaded, words = opened[0], ["pump"]
    while loaded.count_turns([Turn(Role.USER, " ".join(words))]) < length:
        words.append("pump")
    pieces: list[str] = []

    def fail_late(text: str) -> None:
        pieces.append(text)
        # by then there is more than the smallest context holds
        if sum(map(loaded.count, pieces)) > 40:
            card.memory_free, card.decodes_left = 1, 0

    def ask_for_all() -> Generation:
        turns = [Turn(Role.USER, " ".join(words))]
        return loaded.generate(turns, Sampling(max_tokens=400), lambda *_: None, fail_late, threading.Event())

    if length > 512:
        card.memory_free, card.decodes_left = 1, 0
        for _ in range(2):
            # the settings have nothing to do with it, nor do they at the next question
            with pytest.raises(UserError, match="context window holds 512; there is not enough free memory for more"):
                ask_for_all()
    else:
        written = ask_for_all()
        assert written.ended is Ending.CONTEXT
        assert written.text == "".join(pieces)
        assert 512 < written.prompt_tokens + written.generated_tokens < 700
    assert (loaded.loaded.context, card.tried) == (512, [3, 2])
    assert "512 tokens, not 1024: there is not enough" in str(loaded.loaded.notices[0])


@pytest.mark.parametrize("decodes", [0, 3])
def test_memory_that_is_gone_while_words_are_extracted_costs_nothing(
    tiny_phi3: Path, tiny_adapters: list[Path], card: Card, opened: list[Engine], decodes: int
) -> None:
    answers, reads = (AdapterUse(path.stem, str(path), 1.0) for path in tiny_adapters[:2])
    for on_card in (False, True):
        opened.append(Engine.load(tiny_phi3, LoadOptions(threads=1, gpu_layers=-1 if on_card else 0)))
        opened[-1].set_adapters([answers])
        opened[-1].use_reader(reads)
    plain, on_card_first = (one.extract for one in opened)
    expected, written = plain(QUESTION, ("no",), 8, threading.Event()), ask(opened[0])
    card.decodes_left = decodes
    assert on_card_first(QUESTION, ("no",), 8, threading.Event()) == expected
    assert opened[1].loaded.gpu_layers == 0
    assert ask(opened[1]).tokens == written.tokens
    assert on_card_first(QUESTION, ("no",), 8, threading.Event()) == expected


def test_adapter_whose_file_is_gone_when_the_model_is_loaded_again_is_let_go(
    tiny_phi3: Path, tiny_adapters: list[Path], card: Card, opened: list[Engine], tmp_path: Path
) -> None:
    file = tmp_path / "gone.gguf"
    file.write_bytes(tiny_adapters[0].read_bytes())
    opened.extend(Engine.load(tiny_phi3, LoadOptions(threads=1, gpu_layers=layers)) for layers in (0, -1))
    plain = ask(opened[0])
    opened[1].set_adapters([AdapterUse("gone", str(file), 1.0)])
    file.unlink()
    card.decodes_left = 9
    with pytest.raises(UserError, match="“gone” is not there"):
        ask(opened[1])
    assert opened[1].loaded.adapters == ()
    answer = ask(opened[1])
    assert (answer.tokens, answer.adapters) == (plain.tokens, ())
