"""The encoder that reads claim and passage, made once of the embedder and of what training has changed of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.library.embedding import e5_small
from phi3desk.library.embedding.encoder import bert_weights
from phi3desk.library.embedding.made_models import made_in, make
from phi3desk.library.embedding.quantized import write_weights
from phi3desk.paths import resource

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

NAME = "phi3desk-entailment"
#: SHA-256 of `resources/entailment/weights.safetensors`
WEIGHTS_HASH = "113be2093b0a34a82d31630ccc399596b281ed7a368d4892bed1cb3c26e882b1"
FINGERPRINT = hashlib.sha256(json.dumps([e5_small.PACKAGE_FILE_HASH, WEIGHTS_HASH]).encode()).hexdigest()
#: what weighs the states of the encoder, in a file of its own beside it
HEAD, HEAD_WEIGHT, HEAD_BIAS = "head.safetensors", "head.weight", "head.bias"


def made_folder(kept_in: Path | None) -> Path | None:
    """Return the folder of the encoder: that of the installation or the one in `kept_in`; None where it is not made."""
    return made_in((e5_small.INSTALLED, kept_in), NAME, FINGERPRINT)


def make_folder(kept_in: Path) -> Path:
    """Make the encoder in a folder of models (some 5 s, 118 MB), where it is not there, and return its own folder.

    UserError where what it is made of is missing.
    """
    folder = kept_in / NAME
    source = e5_small.made_folder(kept_in) or e5_small.make_folder(kept_in)

    def write(begun: Path) -> None:
        from safetensors.numpy import load_file, save_file

        trained = load_file(resource("entailment", "weights.safetensors"))
        write_weights(source, trained_weights(source, trained), begun)
        save_file({name: trained[name] for name in (HEAD_WEIGHT, HEAD_BIAS)}, begun / HEAD)

    make(folder, FINGERPRINT, write)
    return folder


def trained_weights(source: Path, trained: dict[str, Array]) -> Iterator[tuple[str, Array]]:
    """Return the weights of the embedder with what training has changed of them.

    Of a matrix that is the difference in 8 bits with a factor a row, of anything else the new numbers.
    """
    import numpy as np

    for name, weight in bert_weights(source):
        difference, changed = trained.get(f"{name}.difference"), trained.get(name)
        if difference is not None:
            yield name, weight + difference.astype(np.float32) * trained[f"{name}.scale"]
        else:
            yield name, weight if changed is None else changed.astype(np.float32)


if __name__ == "__main__":
    make_folder(e5_small.INSTALLED)
