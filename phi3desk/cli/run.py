"""Runs one command of the command line and turns what goes wrong into an exit code and a sentence."""

from __future__ import annotations

import argparse
import importlib
import logging
from collections.abc import Callable

from phi3desk.backups import Kept, explained, keep_copy
from phi3desk.cli.output import Output, OutputError, say_failure, standard_output
from phi3desk.errors import Cancelled, UserError, bug_report
from phi3desk.logs import log_to_file
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths, open_paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings

log = logging.getLogger(__name__)

Command = Callable[[argparse.Namespace, Paths, Settings, Output], None]

#: the module and the function of each command; only the one that runs is imported
COMMANDS = {
    "import": ("documents", "run_import"),
    "sync": ("documents", "run_sync"),
    "documents": ("documents", "run_documents"),
    "search": ("search", "run_search"),
    "ask": ("ask", "run_ask"),
    "verify": ("verify", "run_verify"),
    "compare": ("compare", "run_compare"),
    "sweep": ("sweep", "run_sweep"),
    "embedders": ("embedders", "run_embedders"),
    "models": ("models", "run_models"),
    "adapters": ("models", "run_adapters"),
    "profiles": ("profiles", "run_profiles"),
    "doctor": ("doctor", "run_doctor"),
    "restore": ("restore", "run_restore"),
}
#: what commands change beside the library, which keeps a copy of its catalogue itself
COPIED = (Kept.PROFILES, Kept.SETTINGS, Kept.MODELS, Kept.COMPARISONS, Kept.SWEEPS)
FAILED, STOPPED = 1, 130


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit code: 0, 1 for what failed, 130 where the user stopped it."""
    try:
        paths = open_paths(options.home)
    except UserError as error:
        say_failure(error.sentence)
        return FAILED
    log_file = log_to_file(paths.logs, "commands", logging.WARNING)
    try:
        with standard_output() as output:
            settings = Settings(paths.settings)
            _tell_problems(paths, settings)
            _command(options.command)(options, paths, settings, output)
        for kept in COPIED:
            keep_copy(paths, kept)
    except UserError as error:
        say_failure(error.sentence)
        return FAILED
    except (KeyboardInterrupt, Cancelled):
        say_failure("Stopped. What was done so far is kept.")
        return STOPPED
    except BrokenPipeError:
        return FAILED
    except OutputError as error:
        say_failure(f"The output cannot be written: {error.reason}.")
        return FAILED
    except Exception as error:
        explanation = explained(error, paths)
        if isinstance(explanation, UserError):
            say_failure(explanation.sentence)
            return FAILED
        log.error("%s failed\n%s", options.command, bug_report(error))
        say_failure(f"Something went wrong inside the program; the report is in {log_file}.")
        return FAILED
    return 0


def _command(name: str) -> Command:
    module, function = COMMANDS[name]
    command: Command = getattr(importlib.import_module(f"phi3desk.cli.{module}"), function)
    return command


def _tell_problems(paths: Paths, settings: Settings) -> None:
    """Say on stderr which lists could not be read; the command goes on with what there is in their place."""
    models = ModelStore(paths)
    models.list()
    for problem in (settings.problem, ProfileStore(paths.profiles).problem, models.problem):
        if problem is not None:
            say_failure(problem.sentence)
