"""Prints for each run what it took until the last peer had the file, and the bound, as CSV."""

import sys
from pathlib import Path

size = Path("/shared/seed/lecture.txt").stat().st_size
print("run,bound in s,first peer after,last peer after,MB sent by all,of these useful")
for name in sys.argv[1:]:
    run = Path("/shared", name)
    uploads = 1 if name.endswith(("plain", "encrypted")) else 3
    bound = uploads * size * 8 / (512e3 if name.startswith("slow") else 2e6)
    times = sorted(float(one.read_text()) for one in (run / "times").glob("*peer*"))
    sent = sum(int(one.read_text()) for one in (run / "sent").iterdir()) / 1e6
    useful = f"{len(times) * size / 1e4 / sent:.0f} %"
    print(name, *(f"{n:.0f}" for n in (bound, times[0], times[-1], sent)), useful, sep=",")
