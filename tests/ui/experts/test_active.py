"""The expert in use keeps its model loaded, and loads it anew only where it is another one."""

import os
import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from phi3desk.ui.clients.model_client import ModelClient, model_worker
from phi3desk.ui.experts.active import ActiveExpert


@pytest.fixture
def model(home: Paths):
    client = ModelClient(model_worker(home))
    client.start()
    yield client
    client.close()


def test_model_is_loaded_anew_only_where_its_file_has_changed(
    model: ModelClient, home: Paths, tiny_phi3: Path, tmp_path: Path, qtbot: QtBot
):
    file = Path(shutil.copy(tiny_phi3, tmp_path / "tiny.gguf"))
    models, settings = ModelStore(home), Settings(home.settings)
    settings.set("model.context", 512)
    models.use(models.add(file, "Mine").name)
    expert = ActiveExpert(ProfileStore(home.profiles), models, model, settings, model)
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
