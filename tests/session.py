"""Several commands in one process of their own: it imports the heavy libraries once, and reads its environment anew."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_SCRIPT = """
import contextlib, io, json, sys

from corpus_kit.cli import main

for module in json.loads(sys.argv[1]):
    sys.modules[module] = None
told = []
for arguments in json.loads(sys.argv[2]):
    sys.argv = ["corpus-kit", *arguments]
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as e:
            code = e.code or 0
    told.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""


class Said(NamedTuple):
    """What a command gave."""

    code: int
    out: str
    err: str


def run_session(
    commands: Sequence[Sequence[str]],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    without: Sequence[str] = (),
) -> list[Said]:
    """Run commands one after the other, as if the packages in `without` weren't installed."""
    script = [sys.executable, "-c", _SCRIPT, json.dumps(list(without)), json.dumps([list(own) for own in commands])]
    done = subprocess.run(script, cwd=cwd, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [Said(*own) for own in json.loads(done.stdout)]
