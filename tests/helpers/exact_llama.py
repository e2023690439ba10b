"""llama.cpp computing in 32 bits throughout, cache too, so that its scores can be held against transformers'."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from phi3desk.model.llama.bindings import api, load_adapter, load_model


def compute_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have contexts keep 32 bits and no flash attention, whose rounding differs between slices by a thousandth."""
    defaults = api.llama_context_default_params

    def exact() -> Any:
        parameters = defaults()
        parameters.type_k = parameters.type_v = 0  # GGML_TYPE_F32
        parameters.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_DISABLED
        return parameters

    monkeypatch.setattr(api, "llama_context_default_params", exact)


def exact_logits(model: Path, tokens: list[int], adapters: dict[Path, float]) -> npt.NDArray[np.float32]:
    """Return the scores of every token to come after a prompt, with adapters of given strengths."""
    handle = load_model(model)
    parameters = api.llama_context_default_params()
    parameters.n_ctx = 512
    parameters.n_threads = parameters.n_threads_batch = 1
    parameters.type_k = parameters.type_v = 0  # GGML_TYPE_F32
    parameters.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_DISABLED
    context = api.llama_init_from_model(handle, parameters)
    try:
        loaded = [load_adapter(handle, path) for path in adapters]
        pointers = (api.llama_adapter_lora_p_ctypes * len(loaded))(*loaded)
        scales = (ctypes.c_float * len(loaded))(*adapters.values())
        if loaded:
            assert api.llama_set_adapters_lora(context, pointers, len(loaded), scales) == 0
        array = (api.llama_token * len(tokens))(*tokens)
        assert api.llama_decode(context, api.llama_batch_get_one(array, len(tokens))) == 0
        size = api.llama_vocab_n_tokens(api.llama_model_get_vocab(handle))
        return np.ctypeslib.as_array(api.llama_get_logits_ith(context, -1), shape=(size,)).copy()
    finally:
        api.llama_free(context)
        api.llama_model_free(handle)
