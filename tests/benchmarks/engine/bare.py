"""llama.cpp without this program: llama-cpp-python's own loop, and its C calls for loading.

A script of `partner`.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Any

import llama_cpp
from llama_cpp import Llama
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

Figures = dict[str, Any]

_LOADED: dict[str, Llama] = {}

if b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info():
    # AMX kernels crash at the first prompt of several tokens (llama.cpp #20824), and the Python class cannot be told
    # not to use them
    usual_parameters = llama_cpp.llama_model_default_params

    def _without_amx() -> Any:
        parameters = usual_parameters()
        parameters.use_extra_bufts = False
        return parameters

    llama_cpp.llama_cpp.llama_model_default_params = llama_cpp.llama_model_default_params = _without_amx


def open_model(path: str, context: int, threads: int) -> Figures:
    """Load a model as the Python class does."""
    _LOADED["model"] = Llama(path, n_ctx=context, n_threads=threads, n_threads_batch=threads, verbose=False)
    return {}


def write(system: str, question: str, tokens: int) -> Figures:
    """Write so many tokens, each the likeliest; how many in a second after the first one, and the text."""
    model = _LOADED["model"]
    prompt = _prompt(model, system, question)
    model.reset()
    arrived: list[float] = []
    written: list[int] = []
    for token in model.generate(prompt, temp=0.0, repeat_penalty=1.0):
        if token == model.token_eos() or llama_cpp.llama_vocab_is_eog(_vocabulary(model), token):
            break
        arrived.append(time.perf_counter())
        written.append(token)
        if len(written) >= tokens:
            break
    seconds = arrived[-1] - arrived[0]
    text = model.detokenize(written).decode("utf-8", "replace")
    return {"speed": (len(written) - 1) / seconds, "tokens": len(written), "text": text}


def load(path: str, context: int, threads: int) -> Figures:
    """Load a model and make its context by the C calls, as they stand by default; the seconds of both together."""
    _quiet()
    began = time.perf_counter()
    model = llama_cpp.llama_model_load_from_file(path.encode(), llama_cpp.llama_model_default_params())
    parameters = llama_cpp.llama_context_default_params()
    parameters.n_ctx = context
    parameters.n_threads = parameters.n_threads_batch = threads
    made = llama_cpp.llama_init_from_model(model, parameters)
    seconds = time.perf_counter() - began
    llama_cpp.llama_free(made)
    llama_cpp.llama_model_free(model)
    return {"seconds": seconds}


def _prompt(model: Llama, system: str, question: str) -> list[int]:
    """Return the tokens of a question in the model's own template."""
    ends = {name: _piece(model, token) for name, token in (("bos", model.token_bos()), ("eos", model.token_eos()))}
    formatter = Jinja2ChatFormatter(
        template=model.metadata["tokenizer.chat_template"], bos_token=ends["bos"], eos_token=ends["eos"]
    )
    messages: Any = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    text = formatter(messages=messages).prompt.removeprefix(ends["bos"])
    return model.tokenize(text.encode(), add_bos=True, special=True)


def _piece(model: Llama, token: int) -> str:
    return model.detokenize([token], special=True).decode("utf-8", "replace") if token >= 0 else ""


def _vocabulary(model: Llama) -> Any:
    return llama_cpp.llama_model_get_vocab(model.model)


@llama_cpp.llama_log_callback
def _silent(_level: int, _text: bytes, _data: Any) -> None:
    """Take what llama.cpp would print."""


def _quiet() -> None:
    llama_cpp.llama_log_set(_silent, ctypes.c_void_p(0))


STEPS: dict[str, Callable[..., Figures]] = {"open": open_model, "write": write, "load": load}
