"""What the program is made of."""

from importlib import metadata

import pytest

from phi3desk.ui.window.components import shipped_components


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
