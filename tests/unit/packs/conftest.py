"""What the tests of packs share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.types import AdapterUse
from phi3desk.packs.exporter import export_pack
from phi3desk.paths import Paths, open_paths
from phi3desk.profiles.profile import Profile, SamplingChoice
from phi3desk.profiles.store import ProfileStore
from tests.helpers.packs import PUMPS, opened
from tests.helpers.pdf import write_pdf, write_pump_manual


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory, tiny_adapters: Sequence[Path]) -> tuple[Paths, Profile]:
    """An installation with a profile, its adapter and three read documents."""
    root = tmp_path_factory.mktemp("origin")
    write_pump_manual(root / "in" / "deep" / "pump.pdf")
    write_pdf(
        root / "in" / "smorjning.pdf",
        [["Lagret smörjs var två tusende timme med litiumfett.", "Oljan byts en gång om året av montören."]],
    )
    (root / "in" / "copy.pdf").write_bytes((root / "in" / "smorjning.pdf").read_bytes())
    paths = open_paths(root / "home")
    with opened(paths) as library:
        collection = library.create_collection(PUMPS)
        library.import_paths([root / "in"], collection)
    adapter = AdapterStore(paths).add(tiny_adapters[0])
    store = ProfileStore(paths.profiles)
    made = replace(
        store.create("Pump expert"),
        instructions="Give figures with their units.",
        icon="pump",
        answer_mode=AnswerMode.DOCUMENTS_ONLY,
        sampling=SamplingChoice(temperature=0.2),
        adapters=(AdapterUse(adapter.name, adapter.path, 0.8),),
        collections=(collection,),
        first_questions=("How often?",),
    )
    store.save(made)
    return paths, made


@pytest.fixture(scope="session")
def pack(origin: tuple[Paths, Profile], tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths, profile = origin
    target = tmp_path_factory.mktemp("pack") / "pump.phi3pack"
    with opened(paths) as library, library.transferring() as transfer:
        export_pack(paths, transfer, profile, target, with_documents=True, with_index=True)
    return target


@pytest.fixture
def there(tmp_path: Path) -> Paths:
    return open_paths(tmp_path / "there")
