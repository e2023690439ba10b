"""The main job in a network namespace that has no route to anywhere, with every attempt to use one written down."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from phi3desk.paths import resource

ALONE = ["unshare", "-rn"]
#: of every Python process of the job: whoever looks up a host or connects to one is written down
WATCH = """
import os, sys

def watch(event, arguments):
    if event == "socket.getaddrinfo" or (event == "socket.connect" and isinstance(arguments[1], tuple)):
        with open(os.environ["WATCHED"], "a") as file:
            file.write(f"{event} {arguments[1:]!r}\\n" if event == "socket.connect" else f"{event} {arguments!r}\\n")

sys.addaudithook(watch)
"""
JOB = """
import socket, sys
from phi3desk.__main__ import main

home, sample, model = sys.argv[1:]
try:
    socket.create_connection(("192.0.2.1", 80), 5)
except OSError as error:
    print("no route:", error.errno, file=sys.stderr)
for words in (["import", sample], ["models", "add", model], ["models", "use", "tiny-phi3"], ["models", "available"],
              ["ask", "--json", "How often must the main bearing be greased?"]):
    code = main(["--home", home, *words])
    if code:
        sys.exit(f"{words}: {code}")
"""


def can_be_alone() -> bool:
    return shutil.which("unshare") is not None and subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_be_alone(), reason="network namespaces are not permitted here")
def test_the_main_job_needs_no_network_and_looks_for_none(tmp_path: Path, tiny_phi3: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    watched = tmp_path / "watched.txt"
    root = str(Path(__file__).resolve().parents[2])
    environment = {
        key: value for key, value in os.environ.items() if key not in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    }
    environment |= {"PYTHONPATH": os.pathsep.join((str(site), root)), "WATCHED": str(watched)}
    sample = resource("samples", "pump-manual.pdf")
    done = subprocess.run(
        [*ALONE, sys.executable, "-c", JOB, str(tmp_path / "home"), str(sample), str(tiny_phi3)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    assert "no route: 101" in done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["passages"]
    # the job's own look whether it is alone, and nothing else
    attempts = watched.read_text(encoding="utf-8").splitlines()
    assert [line for line in attempts if "192.0.2.1" not in line] == []
