"""One loaded model that answers: llama.cpp behind the types of this program. Used from one thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from phi3desk.errors import UserError
from phi3desk.model.gguf import inspect
from phi3desk.model.llama.bindings import NativeFailure, api, build, load_model
from phi3desk.model.llama.chat_template import ChatTemplate, choose_template
from phi3desk.model.llama.context import Context, common_length
from phi3desk.model.llama.drafting import Pace
from phi3desk.model.llama.extracting import Extracting
from phi3desk.model.llama.hardware import hardware
from phi3desk.model.llama.judging import Judging, Spellings
from phi3desk.model.llama.loading import LoadPlan, check_writes, not_loaded, plan_for, stopped, too_long
from phi3desk.model.llama.mapped_pages import give_back_pages
from phi3desk.model.llama.read_adapters import Active, ReadAdapters, strength_of
from phi3desk.model.llama.sampler import Sampler
from phi3desk.model.llama.saved_states import WORTH_KEEPING, Maker, SavedStates
from phi3desk.model.llama.tokenizer import Tokenizer
from phi3desk.model.llama.tuning import measure
from phi3desk.model.llama.vocabulary import Vocabulary
from phi3desk.model.llama.writing import Writer, Writing
from phi3desk.model.types import (
    AdapterUse,
    Ending,
    Extract,
    Generation,
    GgufInfo,
    LoadedModel,
    LoadOptions,
    Measured,
    Role,
    Sampling,
    Turn,
    model_name,
)

_Told = TypeVar("_Told")


class Engine:
    """A loaded model with its context and adapters; make one with `Engine.load`, free it with `close`."""

    def __init__(self, model: int, info: GgufInfo, plan: LoadPlan) -> None:
        """Take over a model's handle; raises NativeFailure where the context does not fit."""
        self._info = info
        self._adapters: tuple[AdapterUse, ...] = ()
        self._active: Active = ()
        self._prompt = ""
        self._reader: Active = ()
        self._checker: Active = ()
        self._measured: Measured | None = None
        self._can_go_back = not (api.llama_model_is_recurrent(model) or api.llama_model_is_hybrid(model))
        self._states: SavedStates | None = None
        self._fingerprint = ""
        self._conversation = 0
        self._take_over(model, plan)

    def _take_over(self, model: int, plan: LoadPlan) -> None:
        """Make all that belongs to a model's handle; no adapter is attached."""
        self._vocabulary = Vocabulary(model)
        self._tokenizer = Tokenizer(self._vocabulary)
        self._template = _template(model, self._info, self._vocabulary)
        setup = plan.setup
        self.context = Context(model, self._vocabulary.size, setup.context, plan.threads, setup.gpu_layers > 0)
        self._attached: Active = ()
        self._read = ReadAdapters(model, self._info)
        self._pace = Pace()
        stops = self._vocabulary.ends | self._tokenizer.markers(self._template.render(_EVERY_ROLE))
        self._writer = Writer(self.context, self._vocabulary, stops, self._pace)
        self._model, self._plan = model, plan
        self._holds_all_pages = True

    @classmethod
    def load(cls, path: str | Path, options: LoadOptions, on_progress: Callable[[float], bool] | None = None) -> Engine:
        """Check a GGUF and load it, memory-mapped, with fewer layers where the graphics card has no room for all.

        `on_progress` gets a fraction from 0 to 1 and returns False to stop, which raises Cancelled. Raises UserError
        with the reason where the file cannot be used.
        """
        path = Path(path)
        info = inspect(path, "model")
        plan = plan_for(info, options, hardware())
        while True:
            try:
                return cls._load(path, info, plan, on_progress)
            except NativeFailure as failure:
                if not plan.setup.gpu_layers or not failure.lacks_memory:
                    raise not_loaded(path, failure, plan.setup.context) from None
                plan = plan.with_fewer_layers(hardware())

    @classmethod
    def _load(cls, path: Path, info: GgufInfo, plan: LoadPlan, on_progress: Callable[[float], bool] | None) -> Engine:
        model = load_model(path, plan.setup.gpu_layers, on_progress)
        try:
            check_writes(model, path)
            return cls(model, info, plan)
        except BaseException:
            api.llama_model_free(model)
            raise

    def _load_with_fewer_layers(self) -> None:
        """Load the model again with fewer layers on the graphics card, and attach its adapters again.

        Raises NativeFailure where it cannot be loaded any more: nothing is loaded then; UserError where an adapter
        cannot be read any more: the model is loaded without any.
        """
        # their handles are freed with the model
        active, self._active = self._active, ()
        self.context.close()
        api.llama_model_free(self._model)
        self._model = 0
        plan, model = self._plan, 0
        while True:
            plan = plan.with_fewer_layers(hardware())
            try:
                model = load_model(Path(self._info.path), plan.setup.gpu_layers)
                self._take_over(model, plan)
                break
            except NativeFailure:
                if model:
                    api.llama_model_free(model)
                    model = 0
                if not plan.setup.gpu_layers:
                    raise
        self._reader, self._checker = self._read_again(self._reader), self._read_again(self._checker)
        try:
            self._active = self._read_all(use for use, _ in active)
        except UserError:
            self._adapters, self._prompt = (), ""
            raise

    def _read_again(self, own: Active) -> Active:
        """Return adapters that came with the program as read for the model anew; it does without what is gone."""
        try:
            return self._read_all(use for use, _ in own)
        except UserError:
            return ()

    @property
    def loaded(self) -> LoadedModel:
        """What is loaded now."""
        return LoadedModel(
            name=model_name(self._info.path),
            path=self._info.path,
            architecture=self._info.architecture,
            context=self.context.length,
            context_train=self._info.context_train,
            gpu_layers=self._plan.setup.gpu_layers,
            blocks=self._info.blocks,
            size=self._info.size,
            parameters=self._info.parameters,
            has_system_role=self._template.has_system_role,
            device=self._plan.card if self._plan.setup.gpu_layers else self._plan.processor,
            adapters=self._adapters,
            prompt=self._prompt,
            measured=self._measured,
            notices=self._plan.notices,
            has_reader=bool(self._reader),
            has_checker=bool(self._checker),
        )

    def measure(self, given_up: Callable[[], bool]) -> Measured | None:
        """Measure for some seconds how this model is run fastest on the processor, and run it so; None as `measure`."""
        measured = measure(self._model, self._vocabulary, given_up)
        if measured is not None:
            self.run_as(measured)
        return measured

    def run_as(self, measured: Measured) -> None:
        """Run the model as it was measured to be fastest."""
        self.context.use_threads(measured.threads, measured.reading_threads)
        self._measured = measured

    @property
    def gpu_layers(self) -> int:
        """How many layers are on the graphics card; fewer after it ran out of memory."""
        return self._plan.setup.gpu_layers

    @property
    def is_open(self) -> bool:
        """Whether there is a model; there is none after `close`, nor where a card failed and nothing was left to do."""
        return bool(self._model)

    def close(self) -> None:
        """Free the context, the adapters and the model; nothing else may be called after."""
        if self._model:
            self._keep_state()
            if self._states is not None:
                self._states.flush()
            self.context.close()
            api.llama_model_free(self._model)
            self._model = 0

    def use_states(self, states: SavedStates, fingerprint: str) -> None:
        """Keep what is read of conversations in `states`; `fingerprint` is the SHA-256 of the model's file.

        Call it before adapters are attached.
        """
        self._states, self._fingerprint = states, fingerprint

    def forget(self, conversation: int) -> None:
        """Forget what was read of a conversation."""
        if conversation == self._conversation:
            self.context.clear()
            self._conversation = 0
        if self._states is not None:
            self._states.forget(conversation)

    def forget_others(self, conversations: Collection[int]) -> None:
        """Forget what was read of other conversations than these."""
        if self._conversation and self._conversation not in conversations:
            self.forget(self._conversation)
        if self._states is not None:
            self._states.forget_others(conversations)

    def count(self, text: str) -> int:
        """Return how many tokens a text takes."""
        return len(self.tokens_of(text))

    def tokens_of(self, text: str) -> list[int]:
        """Return the token ids of a text, in which nothing is a control token."""
        return self._tokenizer.plain(text)

    def count_turns(self, turns: Sequence[Turn]) -> int:
        """Return how many tokens a prompt takes, with everything the template adds."""
        return len(self.prompt_tokens(turns))

    def prompt_tokens(self, turns: Sequence[Turn]) -> list[int]:
        """Return the token ids of the prompt for the next answer."""
        return self._tokenizer.prompt(self._template.render(turns))

    def opening_tokens(self, turns: Sequence[Turn]) -> list[int]:
        """Return the tokens that every prompt begins with whose turns go on from these with a question."""
        one, other = (self.prompt_tokens([*turns, Turn(Role.USER, text)]) for text in ("1", "A"))
        return one[: common_length(one, other)]

    def set_adapters(self, uses: Sequence[AdapterUse]) -> None:
        """Attach exactly these adapters to the loaded model; the base is not loaded again.

        Each version of an adapter's file is read once; later switches only attach it. The cache is cleared at every
        change, for it holds what other weights made. llama.cpp sums three and more adapters in an order of its own, so
        those equal a fresh load to rounding; up to two equal it exactly. Raises UserError where an adapter does not
        fit; the adapters before stay then.
        """
        active = self._read_all(use for use in uses if strength_of(use) > 0)
        # what is used can be the same and its file another: an adapter that was trained anew
        if (tuple(uses), active) == (self._adapters, self._active):
            return
        self._attach(active)
        self._adapters, self._active = tuple(uses), active
        self._prompt = next((each.prompt for _, each in active if each.prompt), "")

    def _attach(self, active: Active) -> None:
        if active == self._attached:
            return
        self._keep_state()
        self._conversation = 0
        self._set_adapters(active)

    def _set_adapters(self, active: Active) -> None:
        try:
            self.context.set_adapters([each.handle for _, each in active], [use.strength for use, _ in active])
        except NativeFailure:
            raise UserError("The adapters could not be attached to “{model}”.", model=self.loaded.name) from None
        self._attached = active

    def generate(
        self,
        turns: Sequence[Turn],
        sampling: Sampling,
        on_prefill: Callable[[int, int], None],
        on_text: Callable[[str], None],
        cancelled: threading.Event,
        *,
        formed: bool = True,
        conversation: int = 0,
    ) -> Generation:
        """Write the answer that follows the turns.

        Where `formed` is False, the adapters that were trained on one form of prompt have no part in it. What is read
        and written in a `conversation`, by its id, is kept for its next question.
        `on_prefill` gets tokens read and tokens in all, `on_text` each piece of text. Setting `cancelled` from any
        thread ends the reading or the writing; the text so far is returned. Raises UserError where the prompt is
        longer than the context.
        """
        began = time.perf_counter()
        prompt = self._fitting_prompt(turns)
        left_out = () if formed else tuple(use for use, each in self._active if each.prompt)

        def wanted() -> Active:
            return tuple(pair for pair in self._active if pair[0] not in left_out)

        self._attach(wanted())
        said_before = self._said_before(turns)
        self._go_back_to(prompt, conversation)
        reused, read = self.context.keep(prompt), began
        sampler = Sampler(sampling)
        writing = Writing(on_text, self._writer.drafter(prompt, self._can_go_back) if sampler.is_greedy else None)

        def written() -> Ending:
            nonlocal read
            # of an answer that goes on after the card failed, the last token is read as the next is chosen
            known = [*prompt, *writing.tokens[:-1]]
            if len(known) >= self.context.length:
                # memory has no room for what the card held
                return Ending.CONTEXT
            done = self.context.read(known, cancelled, on_prefill)
            read = time.perf_counter()
            if done and not writing.tokens:
                self._pace.took_to_read(len(prompt) - reused, self.context.slice, read - began)
            return self._writer.write(sampler, writing, sampling.max_tokens, cancelled) if done else Ending.CANCELLED

        with closing(sampler):
            ended = self._tried(written, [prompt], wanted)
        seconds = time.perf_counter() - read
        return Generation(
            text=writing.stream.text,
            tokens=tuple(writing.tokens),
            ended=ended,
            prompt_tokens=len(prompt),
            reused_tokens=reused,
            prefill_seconds=read - began,
            first_token_seconds=(writing.first or time.perf_counter()) - began,
            generated_tokens=len(writing.tokens),
            tokens_per_second=len(writing.tokens) / seconds if seconds > 0 else 0.0,
            adapters=tuple(use for use in self._adapters if use not in left_out),
            # the last token of an answer that was cut was chosen but never read
            question_tokens=len(prompt) - (reused if reused == said_before - 1 else said_before),
        )

    def judge(
        self,
        prompts: Sequence[Sequence[Turn]],
        words: Sequence[Spellings],
        cancelled: threading.Event,
        on_prefill: Callable[[int, int], None] = lambda *_: None,
        *,
        conversation: int = 0,
    ) -> tuple[tuple[float, ...], ...]:
        """Return, for each prompt, how likely each of a few words is to come next, 0 to 1; nothing is written.

        What the prompts begin with alike is read once. They are read with the adapters of answers; prompts that go on
        from what was read in a `conversation`, by its id, leave that in the context, others have it kept for its next
        question. `on_prefill` gets tokens read and in all, of each prompt. Raises Cancelled where `cancelled` was set,
        and UserError as `generate`.
        """
        read = [self._fitting_prompt(turns) for turns in prompts]
        if not read:
            return ()
        self._attach(self._active)
        self._go_back_to(min(read), conversation)

        def judged() -> tuple[tuple[float, ...], ...]:
            return self._judging.likelihoods(read, words, cancelled, on_prefill)

        return self._tried(judged, read, lambda: self._active)

    def use_reader(self, reader: AdapterUse | None) -> None:
        """Have what is extracted read with an adapter that was trained for that, where there is one.

        Raises UserError where it does not fit; there is none then.
        """
        self._reader = ()
        self._reader = self._read_all([reader] if reader is not None else [])

    def use_checker(self, checker: AdapterUse | None) -> None:
        """Have claims checked with an adapter that was trained for that (`check`); as `use_reader`."""
        self._checker = ()
        self._checker = self._read_all([checker] if checker is not None else [])

    def check(
        self,
        prompts: Sequence[Sequence[Turn]],
        words: Sequence[Spellings],
        cancelled: threading.Event,
        on_prefill: Callable[[int, int], None] = lambda *_: None,
    ) -> tuple[tuple[float, ...], ...]:
        """Return as `judge`, read with the adapter for claims, or those of answers where there is none.

        It takes the place of nothing: what the context holds of a conversation is in it again afterwards.
        """
        read = [self._fitting_prompt(turns) for turns in prompts]
        if not read:
            return ()

        def checked() -> tuple[tuple[float, ...], ...]:
            return self._judging.likelihoods(read, words, cancelled, on_prefill)

        return self._tried_aside(checked, read, lambda: self._checker)

    def extract(
        self,
        turns: Sequence[Turn],
        none: Spellings,
        most: int,
        cancelled: threading.Event,
        on_prefill: Callable[[int, int], None] = lambda *_: None,
    ) -> Extract:
        """Return how likely a prompt is answered with `none`, and what else, of `most` tokens at most.

        It is read with the adapter for that (`use_reader`), or those of answers, and takes the place of nothing: what
        the context holds of a conversation is in it again afterwards. `on_prefill` and raises as `judge`.
        """
        prompt = self._fitting_prompt(turns)

        def extracted() -> Extract:
            extracting = Extracting(self._judging, self._writer, can_go_back=self._can_go_back)
            return extracting.extract(prompt, none, most, cancelled, on_prefill)

        return self._tried_aside(extracted, [prompt], lambda: self._reader)

    @property
    def _judging(self) -> Judging:
        return Judging(self.context, self._vocabulary)

    def _tried_aside(
        self, do: Callable[[], _Told], prompts: Sequence[Sequence[int]], own: Callable[[], Active]
    ) -> _Told:
        """Return as `_tried`, read with adapters of its `own`, or those of answers where there are none."""

        def wanted() -> Active:
            return own() or self._active

        with self.context.aside(), self._attached_for_now(wanted()):
            return self._tried(do, prompts, wanted)

    @contextmanager
    def _attached_for_now(self, active: Active) -> Iterator[None]:
        """Have other adapters attached for as long, whose cache is no conversation's."""
        before, context = self._attached, self.context
        if active != before:
            self._set_adapters(active)
        try:
            yield
        finally:
            # a model that was loaded anew meanwhile gets its adapters when it is asked next
            if self._attached != before and self.context is context:
                self._set_adapters(before)

    def _tried(self, do: Callable[[], _Told], prompts: Sequence[Sequence[int]], wanted: Callable[[], Active]) -> _Told:
        """Return what reading prompts gives; where a graphics card fails in it, with fewer layers on it.

        `wanted` are the adapters that the model gets where it is loaded anew. Raises UserError where it stopped.
        """
        try:
            while True:
                try:
                    return do()
                except NativeFailure:
                    if not self._plan.setup.gpu_layers:
                        raise
                    self._load_with_fewer_layers()
                    for prompt in prompts:
                        self._check_fits(prompt)
                    self._attach(wanted())
        except NativeFailure as failure:
            raise stopped(failure) from None

    def _fitting_prompt(self, turns: Sequence[Turn]) -> list[int]:
        prompt = self.prompt_tokens(turns)
        self._check_fits(prompt)
        return prompt

    def _check_fits(self, prompt: Sequence[int]) -> None:
        if len(prompt) >= self.context.length:
            raise too_long(len(prompt), self.context.length, self._plan.lacks_room)

    def read_ahead(self, turns: Sequence[Turn], cancelled: threading.Event, conversation: int = 0) -> int:
        """Read what the prompt of the next question begins with; return how many tokens had to be read.

        The slice in which the question begins is read with it, so that its answer is the same without reading ahead.
        """
        self._attach(self._active)
        # whatever is asked differs from what is in the cache
        prompt = [*self.opening_tokens(turns), -1]
        end = min(len(prompt) - 1, self.context.length - 1)
        end -= end % self.context.slice
        if self._go_back_to(prompt, conversation):
            self.context.keep(prompt)
        if self.context.cached.reusable(prompt) >= end:
            return 0
        reused = self.context.keep(prompt)
        self.context.read(prompt[:end], cancelled, lambda *_: None)
        return len(self.context.tokens) - reused

    def _go_back_to(self, prompt: Sequence[int], conversation: int) -> bool:
        """Put the saved state into the context that spares most of reading a prompt; keep what it takes the place of.

        What a conversation goes on from stays in the context; what an edit takes back is not kept. Tells whether what
        is in the context beyond the prompt is another conversation's, and so is not to stay there.
        """
        if self._holds_all_pages:
            # not while it is loaded: who waits for that would wait longer
            give_back_pages(Path(self._info.path).resolve().parent)
            self._holds_all_pages = False
        others = conversation != self._conversation
        if self._states is not None:
            here = self.context.cached.reusable(prompt)
            found = self._states.find(self._maker(), prompt, here + WORTH_KEEPING)
            other = conversation != self._conversation or not conversation
            if other and len(self.context.tokens) - here >= WORTH_KEEPING:
                self._keep_state()
            if found is not None and self._states.restore(found, self.context):
                others = conversation != found.conversation
        self._conversation = conversation
        return others

    def _keep_state(self) -> None:
        if self._states is not None and self._conversation:
            self._states.keep(self.context, self._maker(), self._conversation)

    def _maker(self) -> Maker:
        """Return what the state of the context depends on beside the tokens."""
        adapters = tuple((each.sha256, use.strength) for use, each in self._attached)
        return Maker(self._fingerprint, adapters, (*self.context.made_with, self._plan.setup.gpu_layers), build())

    def _said_before(self, turns: Sequence[Turn]) -> int:
        """Return how many tokens of a prompt an earlier one and its answer held."""
        if len(turns) < 2 or turns[-2].role is not Role.ASSISTANT:
            return len(self.opening_tokens(turns[:-1]))
        answer = turns[-2]
        return self.count_turns(turns[:-2]) + (len(answer.tokens) or self.count(answer.text))

    def _read_all(self, uses: Iterable[AdapterUse]) -> Active:
        return tuple((use, self._read.find(use, hashed=self._states is not None)) for use in uses)


_EVERY_ROLE = (Turn(Role.SYSTEM, "a"), Turn(Role.USER, "b"), Turn(Role.ASSISTANT, "c"), Turn(Role.USER, "d"))


def _template(model: int, info: GgufInfo, vocabulary: Vocabulary) -> ChatTemplate:
    source = (api.llama_model_chat_template(model, None) or b"").decode("utf-8", "replace")
    texts = {special.text for special in vocabulary.specials}
    return choose_template(
        source, info.architecture, vocabulary.text(vocabulary.bos), vocabulary.text(vocabulary.eos), texts.__contains__
    )
