"""Loads the scripts of a recipe, which are no package: under names of their own, for several have a train.py."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest


@contextmanager
def loaded_script(file: Path, name: str, beside: Sequence[str]) -> Iterator[ModuleType]:
    """Load a script as the module `name`; those that it imports from its folder, `beside`, are forgotten afterwards."""
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(file.parent))
        patch.setitem(sys.modules, name, module)
        for each in beside:
            # another recipe's may be there
            patch.delitem(sys.modules, each, raising=False)
        spec.loader.exec_module(module)
        yield module
        for each in beside:
            del sys.modules[each]
