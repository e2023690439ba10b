"""Renders `phi3desk.svg` as PNG in the sizes that desktops ask for: `python resources/icons/make_icons.py`."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

HERE = Path(__file__).resolve().parent
SIZES = (16, 32, 64, 128, 256, 512)


def render(source: Path, width: int, height: int) -> QImage:
    """Render a drawing on a transparent ground; raises ValueError if it is not an SVG that Qt can read."""
    renderer = QSvgRenderer(str(source))
    if not renderer.isValid():
        raise ValueError(f"{source} cannot be read")
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter)
    painter.end()
    return image


def main() -> None:
    for size in SIZES:
        path = HERE / f"phi3desk-{size}.png"
        if not render(HERE / "phi3desk.svg", size, size).save(str(path)):
            raise OSError(f"{path} could not be written")
        print(path)


if __name__ == "__main__":
    main()
