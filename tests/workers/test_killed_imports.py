"""Imports that are killed: nothing is lost, nothing is there twice. `tests.benchmarks.kill` does the same 200 times."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.processes import ROOT


@pytest.mark.timeout(400)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks a process that has loaded the embedder")
def test_killed_imports_come_to_the_end_of_undisturbed_ones(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.kill", "--runs", "5", "--seed", "21"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
