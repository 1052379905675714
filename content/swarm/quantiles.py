"""Prints for each run its quantiles as CSV, and how far it is from the first one."""

import sys
from pathlib import Path


def times(run):
    rows = (path.read_text().split(",") for path in Path("/shared", run, "times").iterdir())
    return sorted(float(seconds) for _, _, seconds in rows)


def distance(a, b):
    """Kolmogorov's and Smirnov's: the largest vertical gap between the two curves."""
    return max(
        abs(sum(v <= x for v in a) / len(a) - sum(v <= x for v in b) / len(b)) for x in a + b
    )


runs = {name: times(name) for name in sys.argv[1:]}
first = next(iter(runs.values()))
print("run,clients,first,10 %,median,90 %,last,gap to " + next(iter(runs)))
for name, found in runs.items():
    ranks = [found[round(q * (len(found) - 1))] for q in (0, 0.1, 0.5, 0.9, 1)]
    print(name, len(found), *(f"{r:.0f}" for r in ranks), f"{distance(first, found):.2f}", sep=",")
