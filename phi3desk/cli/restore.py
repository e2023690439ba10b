"""The command that lists the copies of the program's own files and puts one back."""

from __future__ import annotations

import argparse
from datetime import datetime

from phi3desk.backups import Copy, Kept, closed, copies, copy_name, restore, start_anew
from phi3desk.cli.output import Output
from phi3desk.errors import UserError
from phi3desk.paths import Paths
from phi3desk.settings import Settings


def run_restore(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Put a copy back, or list the copies; UserError where there is none or the file is in use."""
    kept = Kept(options.which) if options.which else None
    if kept is None or options.list:
        _print_copies([kept] if kept else list(Kept), options, paths, output)
        return
    with closed(paths, kept):
        if options.new:
            aside = start_anew(paths, kept)
            told = "The program begins anew."
        else:
            copy = _chosen(paths, kept, options.copy)
            aside = restore(paths, copy)
            told = f"The copy of {said_time(copy)} was put back."
    if options.json:
        output.json({"which": kept.value, "set_aside": str(aside) if aside else None})
        return
    output.row(told)
    if aside is not None:
        output.row(f"What was there is kept in {aside}")
    if kept is Kept.CATALOGUE:
        output.row("To read what has changed since: phi3desk sync")


def _chosen(paths: Paths, kept: Kept, name: str | None) -> Copy:
    found = copies(paths, kept)
    if not found:
        raise UserError("There is no copy of it. To begin anew: phi3desk restore {which} --new", which=kept.value)
    if name is None:
        return found[0]
    for copy in found:
        if copy_name(copy) == name:
            return copy
    names = ", ".join(copy_name(copy) for copy in found)
    raise UserError("There is no copy called “{name}”. There are: {names}.", name=name, names=names)


def _print_copies(kinds: list[Kept], options: argparse.Namespace, paths: Paths, output: Output) -> None:
    found = [copy for kept in kinds for copy in copies(paths, kept)]
    if options.json:
        for copy in found:
            output.json({"which": copy.kept.value, "copy": copy_name(copy), "bytes": copy.size, "path": str(copy.path)})
        return
    for copy in found:
        output.row(f"{copy.kept.value:14} {copy_name(copy)}  {said_time(copy)}  {copy.size / 1e6:.1f} MB")
    if found:
        output.row("To put the newest one back: phi3desk restore WHICH; another one: --copy with its name")
    else:
        output.row("There is no copy yet: the first ones are made when the program has closed well.")


def said_time(copy: Copy) -> str:
    """Return when a copy was made, in this machine's time."""
    return datetime.fromtimestamp(copy.made).strftime("%Y-%m-%d %H:%M")
