"""The expert in use keeps its model loaded, and loads it anew only where it is another one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from phi3desk.ui.clients.model_client import ModelClient
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.services import Services


@pytest.fixture
def model(services: Services) -> Iterator[ModelClient]:
    services.model.start()
    yield services.model
    services.model.close()


def test_model_is_loaded_anew_only_where_its_file_has_changed(
    services: Services, model: ModelClient, tiny_phi3: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    file = Path(shutil.copy(tiny_phi3, tmp_path / "tiny.gguf"))
    models = services.models
    services.settings.set("model.context", 512)
    models.use(models.add(file, "Mine").name)
    expert = ActiveExpert(services, model)
    started = []
    model.load_started.connect(started.append)

    with qtbot.waitSignal(model.loaded, timeout=60_000):
        expert.apply()
    assert model.model is not None
    assert (model.model.name, expert.made_by().model) == ("Mine", "Mine")
    assert expert.made_by().model_sha256 == models.fingerprint(file)
    expert.apply()
    assert started == [models.find("Mine").ref]

    os.utime(file, ns=(1, 1))
    assert not model.has_loaded(models.find("Mine").ref)
    with qtbot.waitSignal(model.loaded, timeout=60_000):
        expert.apply()
    expert.apply()
    assert len(started) == 2
    assert model.has_loaded(models.find("Mine").ref)
