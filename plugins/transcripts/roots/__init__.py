"""Root file systems made once from named Debian packages, the same for all authors.

A recipe is resolved into packages, which a lock in the project pins; they are fetched, built into
a tar without the network, and kept under its hash on a shelf that all projects of an author share.
No address is written anywhere: the author's own apt says where Debian's archive is.
"""

from __future__ import annotations

from .archive import UnknownPackageError
from .kept import Kept, Pruned, list_roots, pinned_elsewhere, prune, recipes_of
from .listing import describe_pruned, describe_renewed
from .provide import provide, renew
from .recipe import Recipe, native_architecture, parse_recipe
from .shelf import Root, default_shelf, in_use

__all__ = [
    "Kept",
    "Pruned",
    "Recipe",
    "Root",
    "UnknownPackageError",
    "default_shelf",
    "describe_pruned",
    "describe_renewed",
    "in_use",
    "list_roots",
    "native_architecture",
    "parse_recipe",
    "pinned_elsewhere",
    "provide",
    "prune",
    "recipes_of",
    "renew",
]
