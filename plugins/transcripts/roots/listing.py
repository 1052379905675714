"""Says what became of a shelf or a lock, in lines for a person."""

from __future__ import annotations

from .kept import Kept, Pruned


def describe_pruned(pruned: Pruned) -> tuple[str, ...]:
    """What ``invoke roots --prune`` prints: what is gone, and how much is free again."""
    if not pruned.roots and not pruned.packages:
        return ("nothing to prune: all that is kept is wanted",)
    free = f"pruned {_count(len(pruned.roots), 'root file system')}"
    packages = _count(pruned.packages, "package")
    return (*map(_line, pruned.roots), f"{free} and {packages}, {_megabytes(pruned.size)}")


def describe_renewed(before: str, after: str) -> tuple[str, ...]:
    """What ``invoke roots --renew`` prints, from the lock's text before and after."""
    if before == after:
        return ("nothing is newer: the lock is as it was",)
    old, new = set(before.splitlines()), set(after.splitlines())
    gone = (f"-{line}" for line in before.splitlines() if line not in new)
    come = (f"+{line}" for line in after.splitlines() if line not in old)
    return (*gone, *come)


def _line(kept: Kept) -> str:
    pin = kept.pin
    packages = "".join(f" {name}" for name in pin.recipe.packages)
    facts = f"{pin.digest[:12]}  {_megabytes(kept.size):>7}  {kept.used:%Y-%m-%d}"
    return f"{facts}  {pin.recipe} {pin.architecture}:{packages}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
