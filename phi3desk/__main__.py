"""The entry: a worker branches off before anything heavy is imported, all else goes to the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from phi3desk.paths import restrict_new_files


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments, else those of the process, ask for; returns the exit code."""
    restrict_new_files()
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments[:1] == ["--worker"] and len(arguments) > 1:
        return run_worker(arguments[1])
    from phi3desk.cli.parser import parse

    options = parse(arguments)
    if options.command is None:
        return open_window(options.home)
    from phi3desk.cli.run import run

    return run(options)


def open_window(home: str | None) -> int:
    """Open the window; 1 where there is no display to open it on."""
    platform_given = os.environ.get("QT_QPA_PLATFORM")
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not platform_given and not has_display:
        sys.stderr.write(
            "phi3desk: there is no display to open a window on. "
            "`make demo` shows the same job in the terminal; `phi3desk --help` lists the commands.\n"
        )
        return 1
    from phi3desk.app import run
    from phi3desk.errors import UserError
    from phi3desk.paths import open_paths
    from phi3desk.settings import Settings

    try:
        paths = open_paths(home)
    except UserError as error:
        sys.stderr.write(f"phi3desk: {error}\n")
        return 1
    return run(paths, Settings(paths.settings))


def run_worker(name: str) -> int:
    """Become the worker of that name; 2 for a name that is none."""
    if name == "reader":
        from phi3desk.library.reading.process import main as run_reader

        return run_reader()
    if name == "vectors":
        from phi3desk.library.embedding.store_trial import main as try_vectors

        return try_vectors()
    if name == "library":
        from phi3desk.workers.library_worker import main as run_library

        return run_library()
    if name == "model":
        from phi3desk.workers.model_worker import main as run_model

        return run_model()
    if name == "downloads":
        from phi3desk.workers.downloads_worker import main as run_downloads

        return run_downloads()
    sys.stderr.write(f"phi3desk: there is no worker named {name}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
