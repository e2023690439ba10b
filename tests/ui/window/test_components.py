"""What the program is made of."""

from importlib import metadata
from pathlib import Path

import pytest

from phi3desk.ui.window.about import components
from phi3desk.ui.window.about.components import licence_text, shipped_components


def test_parts_are_found_without_parsing_the_metadata_of_a_package_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    read_text = metadata.PathDistribution.read_text

    def counted(package: metadata.PathDistribution, name: str) -> str | None:
        if name == "METADATA":
            read.append(name)
        return read_text(package, name)

    monkeypatch.setattr(metadata.PathDistribution, "read_text", counted)
    parts = shipped_components()
    assert parts[0].name == "phi3desk"
    assert len(read) <= len(parts) + 1


def test_starter_model_is_a_part_with_its_licence_where_it_was_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "Qwen2.5-Coder-1.5B-Instruct"
    assert name not in [part.name for part in shipped_components()]
    monkeypatch.setattr(components, "find_large_starter", lambda: tmp_path)
    (found,) = [part for part in shipped_components() if part.name == name]
    assert found.licence == "Apache-2.0"
    assert "Apache License" in licence_text(name)
