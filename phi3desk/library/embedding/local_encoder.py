"""Opens the model of an embedder, and makes of it what computes fastest here where that has not been done."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

from phi3desk.errors import UserError
from phi3desk.library.embedding import e5_small
from phi3desk.library.embedding.encoder import Encoder, is_plain_bert, open_encoder
from phi3desk.library.embedding.local_model import EmbedderDescription
from phi3desk.library.embedding.made_models import is_made, make, open_made
from phi3desk.library.embedding.quantized import SETTINGS, QuantizedEncoder, write_quantized

log = logging.getLogger(__name__)

OnMaking = Callable[[int], None] | None


def open_e5(kept_in: Path, on_making: OnMaking = None) -> Encoder:
    """Load multilingual-e5-small, made before where it was not; once more where what was made is damaged."""
    folder = e5_small.made_folder(kept_in) or e5_small.make_folder(kept_in, on_making)
    return open_made(
        folder,
        lambda made: QuantizedEncoder(made / e5_small.QUANTIZED),
        lambda: e5_small.make_folder(kept_in, on_making),
    )


def open_local(description: EmbedderDescription, kept_in: Path, on_making: OnMaking = None) -> Encoder:
    """Load a model that was added: a plain BERT in 8 bits where these agree with float32, any other as it is.

    UserError where it cannot be loaded.
    """
    try:
        made = kept_in / made_name(description)
        if not is_made(made, description.fingerprint):
            if not is_plain_bert(description.folder):
                return open_encoder(description.folder)
            make_quantized(description, kept_in, on_making)
        return QuantizedEncoder(made) if (made / SETTINGS).exists() else open_encoder(description.folder)
    except UserError:
        raise
    except Exception as error:
        log.exception("an embedding model cannot be loaded")
        raise UserError(
            "The embedding model {name} cannot be loaded from {folder}. Choose another one, or fetch it again.",
            name=description.name,
            folder=str(description.folder),
        ) from error


def make_quantized(description: EmbedderDescription, kept_in: Path, on_making: OnMaking = None) -> None:
    """Make a plain BERT into 8 bits, or note that it is not fit for that."""
    tell = on_making or (lambda percent: None)

    def write(begun: Path) -> None:
        tell(0)
        if not write_quantized(description.folder, begun):
            for file in begun.iterdir():
                file.unlink()

    make(kept_in / made_name(description), description.fingerprint, write)
    tell(100)


def made_name(description: EmbedderDescription) -> str:
    """Return the name of the folder for what is made of a model."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", description.name).strip(".-")[:60]
    return f"{name}-{description.fingerprint[:16]}"
