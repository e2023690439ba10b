"""The start of the window, as a user starts it: python -P in_start.py SECONDS (PHI3DESK_HOME: its data)

SECONDS is when it was started, by the clock of the system. Prints the seconds until the window was painted, those that
its process computed until then, and the megabytes that it held once all had come to rest. It runs in the checkout that
PYTHONPATH names.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

#: seconds until the workers have told all they know and the window has come to rest
_REST = 6.0


def main() -> int:
    """Open the window by the program's own entry; it is closed again by itself."""
    began = float(sys.argv[1])
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    run = QApplication.exec
    shown: list[tuple[float, float]] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Paint and not shown:
                # what is painted is on the screen when the event that brought it has been dealt with
                QTimer.singleShot(0, self, lambda: shown or shown.append((time.time() - began, time.process_time())))
            return False

    def end(application: QApplication) -> None:
        import psutil

        held = psutil.Process().memory_info()
        figures = {"seconds": shown[0][0], "computed": shown[0][1], "megabytes": held.rss / 1e6}
        print(json.dumps(figures), file=output, flush=True)
        application.closeAllWindows()
        application.quit()

    def watched(*_: Any) -> int:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        watch = Watch(application)
        for widget in application.topLevelWidgets():
            if isinstance(widget, QMainWindow):
                widget.installEventFilter(watch)
        QTimer.singleShot(int(1000 * _REST), application, lambda: end(application))
        return int(run())

    QApplication.exec = watched
    sys.argv[1:] = []
    from phi3desk.__main__ import main as start

    return start()


if __name__ == "__main__":
    sys.exit(main())
