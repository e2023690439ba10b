"""Memory told from the header alone, against what llama.cpp's own log says of a real load."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from phi3desk.model.gguf import inspect
from phi3desk.model.llama.engine import Engine
from phi3desk.model.llama.loading import plan_for
from phi3desk.model.memory import (
    MERGE_BYTES,
    TOKEN_BYTES,
    Setup,
    Verdict,
    asked_context,
    fewer_layers,
    fitting_context,
    fitting_gpu_layers,
    memory_fit,
    memory_need,
)
from phi3desk.model.starter import find_starter
from phi3desk.model.types import Device, GgufInfo, Hardware, LoadOptions, ModelShape

GIB, MIB = 1 << 30, 1 << 20


@pytest.fixture
def phi3_mini(tiny_phi3: Path) -> GgufInfo:
    """Return what Phi-3-mini-128k in Q4 says of itself."""
    blocks = 32
    shape = ModelShape(
        block_bytes=(62 * MIB,) * blocks,
        cached=(2 * 3072,) * blocks,
        input_bytes=53 * MIB,
        output_bytes=77 * MIB,
        heads=32,
        tokens=32064,
    )
    return replace(
        inspect(tiny_phi3),
        size=int(2.06 * GIB),
        blocks=blocks,
        parameters=3_800_000_000,
        embedding_width=3072,
        kv_bytes_per_token=384 * 1024,
        context_train=131072,
        shape=shape,
    )


def _told(lines: list[str], what: str) -> float:
    """Return the bytes that llama.cpp's log gives for a kind of buffer."""
    sizes = [float(match[1]) for line in lines if (match := re.search(rf"{what} buffer size = +([\d.]+) MiB", line))]
    assert sizes, what
    return sum(sizes) * MIB


@pytest.mark.parametrize("model", ["tiny", "starter"])
@pytest.mark.parametrize("context", [512, 2048])
def test_need_is_what_llama_cpp_then_takes(
    model: str, context: int, tiny_phi3: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tiny_phi3 if model == "tiny" else find_starter()
    if path is None:
        pytest.skip("the starter model is not installed")
    caplog.set_level(logging.DEBUG, "phi3desk.model.llama")
    engine = Engine.load(path, LoadOptions(context=context, gpu_layers=0, threads=1))
    loaded = engine.loaded
    engine.close()
    lines = [record.getMessage() for record in caplog.records]
    info = inspect(path, "model")
    need = memory_need(info, Setup(loaded.context))
    assert need.cache == pytest.approx(_told(lines, "KV"), abs=MIB / 100)
    # llama.cpp counts the whole table of input vectors, of which a few rows are read
    unread = 0 if info.shape.tied else info.shape.input_bytes
    assert need.weights + unread == pytest.approx(_told(lines, "model"), rel=0.01)
    tables = info.shape.tokens * TOKEN_BYTES + info.shape.merges * MERGE_BYTES
    told = sum(_told(lines, buffer) for buffer in ("model", "KV", "compute", "output"))
    assert need.main + unread - tables == pytest.approx(told, rel=0.1, abs=MIB)


def test_need_knows_cache_types_and_attention_that_is_not_fused(phi3_mini: GgufInfo) -> None:
    plain = memory_need(phi3_mini, Setup(4096))
    assert plain.cache == 1536 * MIB
    assert memory_need(phi3_mini, Setup(4096, cache_type="Q8_0")).cache == 816 * MIB
    assert memory_need(phi3_mini, Setup(4000)).cache == plain.cache
    # of a dry run of llama.cpp on a model of this shape, 8,192 tokens in slices of 512: 558 and 75 MiB
    fused, unfused = (
        memory_need(phi3_mini, Setup(8192, flash_attention=flash, slice=512)).working for flash in (True, False)
    )
    tables = 32064 * TOKEN_BYTES
    assert unfused - tables == pytest.approx(558 * MIB, rel=0.1)
    assert 75 * MIB <= fused - tables <= 105 * MIB


def test_need_is_shared_out_between_machine_and_card(phi3_mini: GgufInfo) -> None:
    none, some, all_layers = (memory_need(phi3_mini, Setup(4096, layers, slice=512)) for layers in (0, 9, 33))
    assert (none.card, all_layers.cache) == (0, 0)
    # the output is the first to go
    assert all_layers.weights == 0
    assert some.card_weights == 8 * 62 * MIB + 77 * MIB
    assert some.card_cache == none.cache // 4
    for need in (some, all_layers):
        assert need.weights + need.card_weights == none.weights
        assert need.cache + need.card_cache == none.cache
    tied = replace(phi3_mini, shape=replace(phi3_mini.shape, tied=True))
    assert memory_need(tied, Setup(4096, 33)).card_weights == all_layers.card_weights + phi3_mini.shape.input_bytes
    shared = memory_need(phi3_mini, Setup(4096, 33, slice=512), shares_memory=True)
    assert (shared.card, shared.weights, shared.cache) == (0, none.weights, none.cache)


@pytest.mark.parametrize(
    ("gib", "wanted", "expected"),
    [
        (64, 0, 8192),
        (64, 100_000, 99_840),
        (64, 900_000, 131_072),
        (6.2, 0, 8192),
        (4.6, 0, 4096),
        (3, 0, 512),
        (1, 4096, 512),
        (64, 700, 512),
    ],
)
def test_context_fits_the_memory(phi3_mini: GgufInfo, gib: float, wanted: int, expected: int) -> None:
    wish = Setup(asked_context(phi3_mini, wanted))
    assert fitting_context(phi3_mini, int(gib * GIB), wish) == expected


def test_context_is_never_longer_than_trained(phi3_mini: GgufInfo) -> None:
    for trained in (4096, 256):
        info = replace(phi3_mini, context_train=trained)
        assert fitting_context(info, 64 * GIB, Setup(asked_context(info, 100_000))) == trained


@pytest.mark.parametrize(
    ("gib", "wanted", "expected"), [(24, -1, 33), (2.9, -1, 21), (0.4, -1, 0), (0, -1, 0), (0, 12, 12), (0, 99, 33)]
)
def test_layers_fit_the_graphics_card(phi3_mini: GgufInfo, gib: float, wanted: int, expected: int) -> None:
    assert fitting_gpu_layers(phi3_mini, int(gib * GIB), 4096, wanted) == expected


def test_what_leaves_the_card_needs_room_in_memory(phi3_mini: GgufInfo) -> None:
    card = Device("CUDA0", "Card", "gpu", 8 * GIB, 7 * GIB)
    machine = Hardware(4, 8 * GIB, 5 * GIB, (card,), True)
    plan = plan_for(phi3_mini, LoadOptions(), machine)
    assert (plan.setup.context, plan.setup.gpu_layers, plan.notices, plan.lacks_room) == (8192, 33, (), False)
    before, plan = plan, plan.with_fewer_layers(machine)
    assert (plan.setup.context, plan.setup.gpu_layers, len(plan.notices)) == (8192, 16, 1)
    while plan.setup.gpu_layers:
        before, plan = plan, plan.with_fewer_layers(machine)
    assert plan.setup == memory_fit(phi3_mini, LoadOptions(gpu_layers=0), machine).setup
    assert 512 < plan.setup.context < before.setup.context
    assert plan.lacks_room
    # one for each cut, and how many layers the card holds in the end
    assert sum("The graphics card ran out" in str(said) for said in plan.notices) == 1
    assert [str(said) for said in plan.notices[-2:]] == [
        f"The context window is {plan.setup.context} tokens, not {before.setup.context}: there is not enough free "
        "memory for more.",
        "The graphics card ran out of memory. The model answers on the processor now, more slowly.",
    ]


def test_fewer_layers_end_at_none() -> None:
    tried = [33]
    while tried[-1]:
        tried.append(fewer_layers(tried[-1]))
    assert tried == [33, 16, 8, 4, 0]


def _machine(free: float, card: float = 0, total: float = 64) -> Hardware:
    cards = (Device("CUDA0", "Card", "gpu", int(card * GIB), int(card * GIB)),) if card else ()
    return Hardware(4, int(total * GIB), int(free * GIB), cards, bool(card))


@pytest.mark.parametrize(
    ("free", "card", "context", "verdict", "advice"),
    [
        (16, 0, 0, Verdict.FITS, []),
        (4.55, 0, 0, Verdict.TIGHT, ["context window of 4096 tokens, not of 8192", "in 8 bits there is room for 7680"]),
        (3.55, 0, 0, Verdict.TIGHT, ["of 1280 tokens", "for 2560 tokens", "Q3_K_M (about 1.9 GB)"]),
        (2, 0, 0, Verdict.TOO_LARGE, ["smaller model"]),
        (3.3, 24, 0, Verdict.FITS, []),
        (16, 2.9, 0, Verdict.FITS, []),
    ],
)
def test_verdict_says_what_would_fit(
    phi3_mini: GgufInfo, free: float, card: float, context: int, verdict: Verdict, advice: list[str]
) -> None:
    fit = memory_fit(phi3_mini, LoadOptions(context=context), _machine(free, card))
    assert fit.verdict is verdict
    assert len(fit.advice) == len(advice)
    assert all(word in str(sentence) for word, sentence in zip(advice, fit.advice, strict=True))


def test_layers_that_were_asked_for_may_not_fit_the_card(phi3_mini: GgufInfo) -> None:
    fit = memory_fit(phi3_mini, LoadOptions(context=4096, gpu_layers=33), _machine(16, 2.9))
    assert fit.verdict is Verdict.TOO_LARGE
    assert any("21 of 33 layers on the graphics card" in str(sentence) for sentence in fit.advice)


def test_what_the_model_holds_already_is_free_for_it(phi3_mini: GgufInfo) -> None:
    options, machine = LoadOptions(context=4096), _machine(1.5)
    assert memory_fit(phi3_mini, options, machine).verdict is Verdict.TOO_LARGE
    assert memory_fit(phi3_mini, options, machine, held=int(3.7 * GIB)).verdict is Verdict.FITS


def test_a_card_without_memory_of_its_own_counts_once(phi3_mini: GgufInfo) -> None:
    card = Device("MTL0", "Apple M2", "gpu", 12 * GIB, 12 * GIB)
    fit = memory_fit(phi3_mini, LoadOptions(context=4096), Hardware(8, 16 * GIB, 10 * GIB, (card,), True))
    assert (fit.setup.gpu_layers, fit.need.card) == (33, 0)
    assert fit.need.main > 3.5 * GIB
