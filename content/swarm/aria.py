"""A client that is aria2."""

import subprocess
from pathlib import Path

COMMAND = """aria2c --enable-dht=false --bt-enable-lpd=false --listen-port=6881 --seed-ratio=0
    --quiet --on-bt-download-complete=./hook"""


class Client:
    def __init__(self, directory):
        self.place = Path.cwd() / directory
        self.place.mkdir()
        hook = self.place / "hook"
        hook.write_text("#!/bin/sh\n: > has-all\n")
        hook.chmod(0o755)

    def start(self, name):
        self.process = subprocess.Popen([*COMMAND.split(), name], cwd=self.place)

    def has_all(self):
        return (self.place / "has-all").exists()

    def stop(self):
        self.process.kill()
        self.process.wait()
