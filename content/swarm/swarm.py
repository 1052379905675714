"""A BitTorrent client: downloads, notes how long it took, and serves until all have the file."""

import importlib
import sys
import time

from together import HOST, note, processors, together

run, everyone, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
number = 0 if HOST == "seed" else int(HOST.removeprefix("peer"))
kind = "aria" if number < 100 and number % 10 == 5 else "rasterbar"
client = importlib.import_module(kind).Client("/shared/seed" if HOST == "seed" else run)

together(run, "ready", everyone)
time.sleep(number * pause)
begin, before = time.monotonic(), processors()
client.start("/shared/lecture.torrent")
while not client.has_all():
    time.sleep(1)
if HOST != "seed":
    note(run, "times", kind, f"{time.monotonic() - begin:.1f}")
together(run, "done", everyone)
if HOST == "seed":
    note(run, "processors", *(now - then for now, then in zip(processors(), before)))
client.stop()
