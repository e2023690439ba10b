"""How a model is loaded: what of it goes where, what is said of that, and why it could not be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from phi3desk.errors import Sentence, UserError, say
from phi3desk.model.llama.bindings import NativeFailure, api
from phi3desk.model.memory import CONTEXT_STEP, Setup, asked_context, fewer_layers, graphics_cards, memory_fit
from phi3desk.model.types import GgufInfo, Hardware, LoadOptions


@dataclass(frozen=True)
class LoadPlan:
    """How a model is loaded: what of its layers fits where, and what is to be said of that."""

    info: GgufInfo
    setup: Setup
    threads: int
    processor: str
    card: str
    notices: tuple[Sentence, ...] = ()
    #: what is said last of how much the card holds since it failed
    card_notice: Sentence | None = None
    #: whether the context is smaller than it is meant to be because memory has no room for more
    lacks_room: bool = False

    def with_fewer_layers(self, machine: Hardware) -> LoadPlan:
        """Return the plan for when the graphics card has no room for this one: what leaves it, memory has to hold."""
        wanted = self.setup.context
        setup = memory_fit(self.info, LoadOptions(wanted, fewer_layers(self.setup.gpu_layers)), machine).setup
        is_cut = wanted - setup.context >= CONTEXT_STEP
        cut = [_too_little_memory(setup.context, wanted)] if is_cut else []
        # what was said of it at a step before does not hold any more
        before = [notice for notice in self.notices if notice is not self.card_notice]
        said = (
            say(
                "The graphics card ran out of memory. It holds {count} of {all} layers of the model now.",
                count=setup.gpu_layers,
                all=self.info.blocks + 1,
            )
            if setup.gpu_layers
            else say("The graphics card ran out of memory. The model answers on the processor now, more slowly.")
        )
        return replace(
            self,
            setup=setup,
            notices=(*before, *cut, said),
            card_notice=said,
            lacks_room=self.lacks_room or is_cut,
        )


def plan_for(info: GgufInfo, options: LoadOptions, machine: Hardware) -> LoadPlan:
    """Return how a model is loaded on a machine, as the options want it and memory lets it."""
    setup = memory_fit(info, options, machine).setup
    cards = graphics_cards(machine)
    processor = next((device.description for device in machine.devices if device.kind == "cpu"), "") or "CPU"
    card = cards[0].description or cards[0].name if cards else ""
    notices = tuple(_notices(info, options, setup))
    lacks_room = asked_context(info, options.context) - setup.context >= CONTEXT_STEP
    return LoadPlan(
        info, setup, options.threads or machine.cores, processor, card, notices=notices, lacks_room=lacks_room
    )


def _notices(info: GgufInfo, options: LoadOptions, setup: Setup) -> Iterator[Sentence]:
    """Say what of the settings could not be kept to."""
    if 0 < info.context_train < options.context and setup.context > info.context_train - CONTEXT_STEP:
        yield say(
            "The context window is {tokens} tokens, not {wanted}: the model was made for no more.",
            tokens=setup.context,
            wanted=options.context,
        )
    elif options.context - setup.context >= CONTEXT_STEP:
        yield _too_little_memory(setup.context, options.context)
    if setup.gpu_layers and setup.gpu_layers <= info.blocks:
        yield say(
            "{count} of {all} layers of the model are on the graphics card; the others are computed on the processor.",
            count=setup.gpu_layers,
            all=info.blocks + 1,
        )


def _too_little_memory(tokens: int, wanted: int) -> Sentence:
    return say(
        "The context window is {tokens} tokens, not {wanted}: there is not enough free memory for more.",
        tokens=tokens,
        wanted=wanted,
    )


def too_long(tokens: int, room: int, lacks_room: bool) -> UserError:
    """Return what to tell of a prompt that does not fit; a larger context is no way out where memory `lacks_room`."""
    if lacks_room:
        return UserError(
            "This question needs {needed} tokens and the model's context window holds {room}; there is not enough free "
            "memory for more. Ask with fewer passages, or close other programs and load the model anew.",
            needed=tokens,
            room=room,
        )
    return UserError(
        "This question needs {needed} tokens and the model's context window holds {room}. Ask with fewer "
        "passages, or choose a larger context window in the settings.",
        needed=tokens,
        room=room,
    )


def check_writes(model: int, path: Path) -> None:
    """Refuse what llama.cpp loads but does not write with, one token after the other."""
    if (
        api.llama_model_has_encoder(model)
        or api.llama_model_is_diffusion(model)
        or not api.llama_model_has_decoder(model)
    ):
        raise UserError("“{name}” is a model of a kind that this program cannot write answers with.", name=path.name)


def not_loaded(path: Path, failure: NativeFailure, context: int) -> UserError:
    """Return what to tell of a model that llama.cpp does not load with so large a context window."""
    if failure.lacks_memory:
        return UserError(
            "There is not enough memory for “{name}” with a context window of {context} tokens. Choose a smaller "
            "context window in the settings, or a smaller model.",
            name=path.stem,
            context=context,
        )
    if not str(failure):
        return UserError("llama.cpp cannot load “{name}”.", name=path.name)
    return UserError("llama.cpp cannot load “{name}”: {reason}.", name=path.name, reason=str(failure))


def stopped(failure: NativeFailure) -> UserError:
    """Return what to tell where llama.cpp fails while it reads or writes."""
    return UserError(
        "The model stopped with an error ({reason}). Ask again; if it happens each time, choose a smaller context "
        "window.",
        reason=str(failure),
    )
