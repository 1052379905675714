"""pip, but it can start no process: what is run so is ``python -I only_pip.py download …``.

To know a source archive's dependencies, pip runs the archive's own code, on the author's
machine and outside of any sandbox. Here it cannot: when it tries, the archive, which by then is
downloaded and checked, is put into the directory ``KEPT_ARCHIVES``, and the try is an error.
"""

from __future__ import annotations

import os
import runpy
import shutil
import sys
import tempfile
from pathlib import Path

_STARTING = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"}


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _STARTING:
        for archive in Path(tempfile.gettempdir()).glob("pip-unpack-*/*"):
            shutil.copy(archive, os.environ["KEPT_ARCHIVES"])
        raise PermissionError("pip may start nothing here")


if __name__ == "__main__":
    sys.addaudithook(_refuse)
    sys.argv[0] = "pip"
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
