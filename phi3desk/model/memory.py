"""What memory a model takes before it is loaded: weights, KV cache and working buffers, from its GGUF's header alone.

The arithmetic follows llama.cpp's `llama_model::load_tensors`, `llama_kv_cache` and `llama_context::sched_reserve`, as
of llama-cpp-python 0.3.36; `llama_params_fit`, which would tell it, is not in the C library. Sizes in bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from phi3desk.errors import Sentence, say
from phi3desk.model.gguf_header import TENSOR_TYPES
from phi3desk.model.types import Device, GgufInfo, Hardware, LoadOptions

#: a context nobody asked for is not larger than this: reading 8,000 tokens already takes a laptop minutes
COMFORTABLE_CONTEXT = 8192
SMALLEST_CONTEXT = 512
#: llama.cpp rounds a context up to whole multiples of this
CONTEXT_STEP = 256
#: memory left for the system, the window and the library
HEADROOM = 1 << 30
#: what CUDA takes for itself on a card, and a little for the screen
GPU_HEADROOM = 512 << 20
#: tokens read in one go: few enough for progress and a quick stop, many enough for speed
SLICE_CPU = 64
SLICE_GPU = 512
#: of main memory for each token and each merge of the vocabulary, measured on four models
TOKEN_BYTES = 170
MERGE_BYTES = 150
#: rows of the embedding's width that live at the same time in the graph, as its log lines show at most
_LIVE_ROWS = 5
#: contexts smaller than this are not worth advising, and with this one answers can be had
_LEAST_ADVISED = 1024
_ENOUGH_CONTEXT = 2048
#: fewer layers than this are not worth the way to the card and back
_FEWEST_LAYERS = 4
#: ggml names the source of an assertion that ended the process
_CARD_FAILED = re.compile(r"ggml-(cuda|metal|vulkan|sycl)|(CUDA|Metal|Vulkan) error|out of device memory", re.I)
#: bits a weight of common quantizations takes, from the largest; of Phi-3-mini's files
_QUANTIZATIONS = (("Q8_0", 8.5), ("Q6_K", 6.6), ("Q5_K_M", 5.7), ("Q4_K_M", 4.9), ("Q3_K_M", 4.0), ("Q2_K", 3.0))
GB = 1_000_000_000


class Verdict(StrEnum):
    """Whether a model fits what is free: with room to spare, just so, or not."""

    FITS = "fits"
    TIGHT = "tight"
    TOO_LARGE = "does not fit"


@dataclass(frozen=True)
class Setup:
    """How a model is to be held in memory; `slice` is how many tokens are read in one go."""

    context: int
    gpu_layers: int = 0
    cache_type: str = "F16"
    flash_attention: bool = True
    slice: int = SLICE_CPU


@dataclass(frozen=True)
class MemoryNeed:
    """What a model takes: in the machine's memory, and beside it on graphics cards of their own memory."""

    weights: int
    cache: int
    working: int
    card_weights: int = 0
    card_cache: int = 0
    card_working: int = 0

    @property
    def main(self) -> int:
        """All that the machine's memory holds of it."""
        return self.weights + self.cache + self.working

    @property
    def card(self) -> int:
        """All that the graphics cards hold of it."""
        return self.card_weights + self.card_cache + self.card_working


@dataclass(frozen=True)
class Fit:
    """How a model would be loaded now, what it needs then, and whether that is there.

    `free` and `card_free` are what is free for it; `advice` says what would fit, the least loss first.
    """

    setup: Setup
    need: MemoryNeed
    verdict: Verdict
    free: int
    card_free: int
    advice: tuple[Sentence, ...] = ()


def memory_need(info: GgufInfo, setup: Setup, shares_memory: bool = False) -> MemoryNeed:
    """Return what a model takes with a setup; `shares_memory` where the card's memory is the machine's.

    A sliding window saves nothing: llama.cpp keeps the whole cache (`swa_full`), so that a beginning can be used again.
    """
    shape = info.shape
    blocks = len(shape.block_bytes)
    layers = max(0, min(setup.gpu_layers, blocks + 1))
    # the output counts as the last layer, and layers are moved to the card from the last one on
    first = blocks + 1 - layers
    cells = -(-setup.context // CONTEXT_STEP) * CONTEXT_STEP
    bytes_each = _cache_bytes(setup.cache_type) * cells
    working = _working(info, setup)
    need = MemoryNeed(
        # of the table of input vectors a few rows are read, and the rest is not kept in memory: it is given back
        weights=sum(shape.block_bytes[:first]) + (0 if layers else _output(info)),
        cache=round(sum(shape.cached[:first]) * bytes_each),
        working=shape.tokens * TOKEN_BYTES + shape.merges * MERGE_BYTES + working,
        card_weights=sum(shape.block_bytes[first:]) + (_output(info) if layers else 0),
        card_cache=round(sum(shape.cached[first:]) * bytes_each),
        card_working=working if layers else 0,
    )
    if not shares_memory:
        return need
    return MemoryNeed(need.weights + need.card_weights, need.cache + need.card_cache, need.working + need.card_working)


def memory_fit(info: GgufInfo, options: LoadOptions, machine: Hardware, held: int = 0, held_on_card: int = 0) -> Fit:
    """Return how a model would be loaded on this machine now; what is `held` (bytes) is the model's own already.

    What the options leave open is chosen by memory; a context they name is cut to what there is room for.
    """
    free = min(machine.memory_free + held, machine.memory_total)
    cards = graphics_cards(machine)
    shared = bool(cards) and all(shares_memory(card) for card in cards)
    card_free = sum(card.memory_free for card in cards) + held_on_card
    wanted = asked_context(info, options.context)
    layers = fitting_gpu_layers(info, card_free, wanted, options.gpu_layers) if cards else 0
    wish = Setup(wanted, layers, slice=SLICE_GPU if layers else SLICE_CPU)
    setup = replace(wish, context=fitting_context(info, free, wish, shared))
    need = memory_need(info, setup, shared)
    verdict = _verdict(need, free, card_free)
    if verdict is Verdict.FITS and setup.context + CONTEXT_STEP <= wanted:
        verdict = Verdict.TIGHT
    advice = () if verdict is Verdict.FITS else tuple(_advice(info, wish, setup, free, card_free, shared))
    return Fit(setup, need, verdict, free, card_free, advice)


def asked_context(info: GgufInfo, wanted: int = 0) -> int:
    """Return the context length in tokens that is wished for, at most what the model was trained for; 0 is any."""
    return max(1, min(wanted or COMFORTABLE_CONTEXT, info.context_train or COMFORTABLE_CONTEXT))


def fitting_context(info: GgufInfo, free: int, wish: Setup, shared: bool = False) -> int:
    """Return the context length in tokens, at most the wished one, that so much free memory (bytes) has room for.

    Weights are memory-mapped but must stay in memory for speed, so they count in full.
    """
    length = wish.context
    least = min(SMALLEST_CONTEXT, info.context_train or SMALLEST_CONTEXT)
    each = _cache_bytes(wish.cache_type) * sum(info.shape.cached) or 1
    while length > least:
        over = memory_need(info, replace(wish, context=length), shared).main + HEADROOM - free
        if over <= 0:
            break
        length -= max(CONTEXT_STEP, int(over / each) // CONTEXT_STEP * CONTEXT_STEP)
    return max(least, length // CONTEXT_STEP * CONTEXT_STEP)


def fitting_gpu_layers(info: GgufInfo, card_free: int, context: int, wanted: int = -1) -> int:
    """Return how many layers go to graphics cards with so much free memory (bytes); blocks + 1 is all of them.

    `wanted` -1 chooses by memory.
    """
    layers = info.blocks + 1
    if wanted >= 0:
        return min(wanted, layers)
    if card_free <= 0 or not info.shape.block_bytes:
        return 0
    setup = Setup(context, slice=SLICE_GPU)
    room = card_free - GPU_HEADROOM
    return next((n for n in range(layers, 0, -1) if memory_need(info, replace(setup, gpu_layers=n)).card <= room), 0)


def card_failed(said: str) -> bool:
    """Tell whether a graphics card ended a process, from the last that the process said: CUDA's errors do."""
    return bool(_CARD_FAILED.search(said))


def fewer_layers(layers: int) -> int:
    """Return how many layers to try where so many had no room: the half, and none rather than a few."""
    return layers // 2 if layers >= 2 * _FEWEST_LAYERS else 0


def graphics_cards(machine: Hardware) -> list[Device]:
    """Return the devices that layers can be put on; none where this build of llama.cpp cannot."""
    return [device for device in machine.devices if device.kind in ("gpu", "integrated") and machine.can_offload]


def shares_memory(card: Device) -> bool:
    """Tell whether a card has no memory of its own, but the machine's: an integrated one, and every Apple's."""
    return card.kind == "integrated" or card.name.startswith(("Metal", "MTL"))


def _output(info: GgufInfo) -> int:
    """Return what the scores are made with, which may be the table that the input is read from."""
    return info.shape.output_bytes + (info.shape.input_bytes if info.shape.tied else 0)


def _cache_bytes(cache_type: str) -> float:
    """Return the bytes that one number of the KV cache takes."""
    _, elements, size = next(kind for kind in TENSOR_TYPES.values() if kind[0] == cache_type.upper())
    return size / elements


def _working(info: GgufInfo, setup: Setup) -> int:
    """Return the graph's buffer: the scores of a slice's tokens, or of its attention where that is not fused."""
    shape = info.shape
    scores = shape.tokens
    mask = setup.context * 2
    if not setup.flash_attention:
        scores = max(scores, shape.heads * setup.context)
        mask = setup.context * 4
    return setup.slice * (4 * (scores + _LIVE_ROWS * info.embedding_width) + mask) + 4 * shape.tokens


def _verdict(need: MemoryNeed, free: int, card_free: int) -> Verdict:
    if need.main > free or need.card > card_free > 0:
        return Verdict.TOO_LARGE
    tight = need.main + HEADROOM > free or (need.card and need.card + GPU_HEADROOM > card_free)
    return Verdict.TIGHT if tight else Verdict.FITS


def _advice(info: GgufInfo, wish: Setup, setup: Setup, free: int, card_free: int, shared: bool) -> Iterator[Sentence]:
    """Say what there is room for, the least loss first."""
    layers = fitting_gpu_layers(info, card_free, setup.context)
    if layers < setup.gpu_layers and memory_need(info, setup, shared).card > card_free:
        yield say("There is room for {count} of {all} layers on the graphics card.", count=layers, all=info.blocks + 1)
    if setup.context + CONTEXT_STEP <= wish.context and memory_need(info, setup, shared).main <= free:
        yield say(
            "There is room for a context window of {tokens} tokens, not of {wanted}.",
            tokens=setup.context,
            wanted=wish.context,
        )
    in_bytes = replace(wish, cache_type="Q8_0")
    longer = fitting_context(info, free, in_bytes, shared)
    if wish.flash_attention and longer >= max(_LEAST_ADVISED, setup.context + setup.context // 4):
        yield say("With the context kept in 8 bits there is room for {tokens} tokens.", tokens=longer)
    if setup.context >= min(wish.context, _ENOUGH_CONTEXT):
        return
    rest = memory_need(info, replace(wish, context=min(wish.context, _ENOUGH_CONTEXT), gpu_layers=0))
    room = free - HEADROOM - rest.cache - rest.working
    for name, bits in _QUANTIZATIONS:
        size = round(info.parameters * bits / 8)
        if size < rest.weights and size <= room:
            yield say("Its smaller file {name} (about {size} GB) would fit.", name=name, size=f"{size / GB:.1f}")
            return
    yield say("Choose a smaller model, or close other programs.")
