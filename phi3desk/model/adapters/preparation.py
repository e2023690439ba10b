"""Makes an adapter ready to be kept: copied or converted into one GGUF file, and checked against the models here."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from phi3desk.errors import Sentence, UserError
from phi3desk.model.adapters.base_models import Base, Choice, base_doubt, choose_base
from phi3desk.model.adapters.compatibility import check_adapter
from phi3desk.model.adapters.peft_folder import is_peft, peft_folder
from phi3desk.model.gguf import inspect
from phi3desk.model.types import LONGEST_MODEL_NAME, GgufInfo, ModelEntry, model_name

#: folder in which an adapter is made ready; one that a crash left goes after a day
ROOM = "adding-"
DAY = 86_400.0


@dataclass(frozen=True)
class Prepared:
    """An adapter as a GGUF file of its own, with the name it comes with and the model it was made for."""

    name: str
    file: Path
    info: GgufInfo
    choice: Choice


@contextmanager
def prepared(source: Path, entries: Sequence[ModelEntry], folder: Path, *, named: bool) -> Iterator[Prepared]:
    """Give a checked copy of an adapter in `folder`, converted where it is PEFT's; it is gone afterwards.

    `entries` are the models it may have been made for; `named` tells that the user chose them, so that another kind
    of model is refused. Raises UserError with the reason where the adapter cannot be used.
    """
    try:
        for left in folder.glob(f"{ROOM}*"):
            if time.time() - left.stat().st_mtime > DAY:
                shutil.rmtree(left, ignore_errors=True)
        with TemporaryDirectory(prefix=ROOM, dir=folder) as room:
            make = _converted if is_peft(source) else _copied
            yield make(source, entries, Path(room), named)
    except OSError as error:
        raise UserError("The adapter cannot be kept: {reason}.", reason=error.strerror or str(error)) from None


def _copied(source: Path, entries: Sequence[ModelEntry], room: Path, named: bool) -> Prepared:
    inspect(source, "adapter")
    target = room / source.name
    shutil.copyfile(source, target)
    info = inspect(target, "adapter")

    def judge(base: Base) -> Sentence | None:
        return base_doubt(check_adapter(target, base.info, base.tensors).names, base.info)

    return Prepared(model_name(source), target, info, choose_base(entries, judge, "" if named else info.architecture))


def _converted(source: Path, entries: Sequence[ModelEntry], room: Path, named: bool) -> Prepared:
    # numpy is needed only here, and the window imports this module
    from phi3desk.model.adapters.peft import read_peft
    from phi3desk.model.adapters.peft_conversion import convert, plan

    adapter = read_peft(peft_folder(source))
    name = adapter.folder.name

    def judge(base: Base) -> Sentence | None:
        plan(adapter, base)
        return base_doubt(adapter.base_names, base.info)

    choice = choose_base(entries, judge)
    if choice.base is None:
        raise UserError("The model that “{name}” was trained on must be known: add it first.", name=name)
    target = room / f"{name[:LONGEST_MODEL_NAME]}.gguf"
    convert(adapter, choice.base, target)
    return Prepared(name, target, check_adapter(target, choice.base.info, choice.base.tensors), choice)
