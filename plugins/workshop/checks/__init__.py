"""What must hold of a site that was built before it leaves; each check has a name of its own.

A check reads the built site and changes nothing. It gives a line for each problem: where it is,
what is wrong, and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping

from ..errors import MisuseError
from ..links import problems as broken_links
from . import drafts, feeds, gone, ids, markup, secrets
from .built import Built

CHECKS: Mapping[str, Callable[[Built], Iterable[str]]] = {
    "posts": lambda built: built.told,
    "links": lambda built: broken_links(built.site, built.address),
    "html": markup.problems,
    "feeds": feeds.problems,
    "ids": ids.problems,
    "drafts": drafts.problems,
    "gone": gone.problems,
    "secrets": secrets.problems,
}
EXAMPLES = "examples"
"""The check that comes before the build: whether every example is recorded and holds."""


PLACES = ("lock", "edited", "manifest", "adopt")
"""What a server refuses: another publish, edits by hand, a list that lies, a folder not ours."""


def known(names: Iterable[str]) -> frozenset[str]:
    """The names of what shall not count. Raises MisuseError for one that there is not."""
    every = (EXAMPLES, *CHECKS, *PLACES)
    for name in names:
        if name not in every:
            near = difflib.get_close_matches(name, every, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(every)}"
            raise MisuseError(f"--force {name}: there is no such check; {hint}")
    return frozenset(names)


def run(built: Built) -> Iterator[tuple[str, str]]:
    """Each problem, behind the name of the check that found it."""
    for name, check in CHECKS.items():
        for problem in check(built):
            yield name, problem
