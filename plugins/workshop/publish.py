"""Builds the site for the web, checks it, and deploys it. ``output/`` is not touched."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from . import checks, deployments, engine, live, pings
from .changes import Changes
from .checks.built import Built
from .deployments import Deployment
from .directories import linked
from .errors import MisuseError, WorkshopError
from .project import Project
from .refusals import ask
from .site import NEVER_RUN, fresh

SETTINGS = "publishconf.py"
_PLACEHOLDER = "https://example.org"
"""The address that the settings came with."""
_NOBODY = "example.org,2009"
"""Likewise whose posts they are."""
_FOR_READERS = {
    "WITH_FUTURE_DATES": False,
    "DRAFT_SAVE_AS": "",
    "DRAFT_LANG_SAVE_AS": "",
    "DRAFT_PAGE_SAVE_AS": "",
    "DRAFT_PAGE_LANG_SAVE_AS": "",
    "LOAD_CONTENT_CACHE": False,
}
"""Drafts are not written, and a post of the future is a draft until its day."""
_FEEDS = "feeds/"
_SECRET = ("TOKEN", "PASSWORD", "PASSWD", "SECRET", "API_KEY", "PRIVATE_KEY")
_SHORTEST_SECRET = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the author asks of a publish besides the places."""

    dry_run: bool = False
    force: frozenset[str] = frozenset()
    """Names of checks whose problems are told, and do not count."""


def publish(project: Project, to: Sequence[str] = (), wishes: Wishes | None = None) -> int:
    """Build once, then check and deploy to each target named in TO."""
    wishes = wishes or Wishes()
    settings = project.settings(SETTINGS)
    _address(settings)  # before anybody is asked for a password
    if not wishes.dry_run:
        _refuse_placeholders(settings)
    deployments.refuse_unfit(project, settings)
    with _places(project, to, wishes.force) as places:
        return _publish(project, places, settings, wishes)


def _publish(
    project: Project, places: Mapping[str, Deployment], settings: Mapping[str, Any], wishes: Wishes
) -> int:
    examples_hold = checks.EXAMPLES not in wishes.force
    if examples_hold:
        _refuse_unverified(project)
    overrides = {**NEVER_RUN, **_FOR_READERS, "TRANSCRIPTS_STRICT": examples_hold}
    with fresh(project, SETTINGS, overrides) as (site, told, summary):
        print(f"publish: built {summary}", flush=True)
        forced = frozenset() if examples_hold else engine.problems(project)
        built = Built(
            site=site,
            address=_address(settings),
            told=tuple(line for line in told if line not in forced),
            today=datetime.now(UTC).date(),
            secrets=_secrets(os.environ),
        )
        sites = {name: _completed(built, place, wishes) for name, place in places.items()}
        todo = ask(
            places, lambda name: _rehearsed(places[name], places[name].changes(sites[name]), wishes)
        )
        for name, place in places.items():
            if wishes.dry_run or not todo[name]:
                _foretell(place, todo[name])
            else:
                _deploy(place, sites[name], settings, todo[name])
    return 0


def _completed(built: Built, place: Deployment, wishes: Wishes) -> Path:
    """The site with what this place needs besides, and no other has; checked."""
    site = linked(built.site)
    place.complete(site)
    before = place.published()
    feeds = place.contents(path for path in before if path.startswith(_FEEDS))
    _keep_feeds(feeds, site)
    _check(replace(built, site=site, before=before, feeds_before=feeds), wishes.force)
    return site


def rollback(project: Project, to: Sequence[str] = (), wishes: Wishes | None = None) -> int:
    """Publish what was there before the last deploy."""
    wishes = wishes or Wishes()
    if idle := sorted(wishes.force - frozenset(checks.PLACES)):
        refuse_beside("--rollback", {" ".join(f"--force {name}" for name in idle): True})
    with _places(project, to, wishes.force) as places:
        todo = ask(
            places,
            lambda name: _rehearsed(places[name], places[name].rollback(dry_run=True), wishes),
        )
        for name, place in places.items():
            told = "as it was before the last deploy"
            if wishes.dry_run:
                _list(todo[name])
                told = f"{told}: {todo[name]} (dry run: nothing was deployed)"
                print(f"publish: {place.where} would be {told}")
            else:
                print(f"publish: {place.where} is {told}: {place.rollback(dry_run=False)}")
    return 0


def _rehearsed(place: Deployment, changes: Changes, wishes: Wishes) -> Changes:
    """What is to change there; raises for what would keep the place from being changed."""
    if changes and not wishes.dry_run:
        place.refuse_unready()
    return changes


def refuse_beside(option: str, others: Mapping[str, object]) -> None:
    """Raise MisuseError for an option among the OTHERS that was given, and would be ignored."""
    for other, given in others.items():
        if given:
            raise MisuseError(f"{option} has no use for {other}; leave one of them out")


def check_live(project: Project, to: Sequence[str] = ()) -> int:
    """Compare the live site with what was sent there last."""
    address = _address(project.settings(SETTINGS))
    with _places(project, to) as places:
        for place in places.values():
            sent = place.hashes()
            if not sent:
                raise WorkshopError(
                    f"nothing was published to {place.where} yet, so there is nothing to compare;"
                    " publish first: ./invoke publish"
                )
            found = live.differences(address, sent)
            _tell(found)
            if found:
                raise WorkshopError(
                    f"{len(found)} of {len(sent)} files at {address} are not what was sent to"
                    f" {place.where}; if you have just published, wait until caches forget"
                )
            print(f"publish: {address} holds all {len(sent)} files of {place.where}")
    return 0


@contextmanager
def _places(
    project: Project, to: Sequence[str], force: frozenset[str] = frozenset()
) -> Iterator[dict[str, Deployment]]:
    """The targets of these names, each of them looked at."""
    settings = project.settings(SETTINGS)
    names = tuple(dict.fromkeys(to)) or (deployments.DEFAULT,)
    places = ask(names, lambda name: deployments.find(project, settings, name, force))
    _refuse_twins(places)
    _refuse_idle(places, force)
    with ExitStack() as closing:
        for place in places.values():
            closing.callback(place.close)
        ask(names, lambda name: places[name].prepare())
        yield places


def _refuse_twins(places: Mapping[str, Deployment]) -> None:
    """Two names of one place: the second deploy would find what it has not looked at."""
    seen: dict[str, str] = {}
    for name, place in places.items():
        if place.where in seen:
            raise MisuseError(
                f"{seen[place.where]} and {name} are both {place.where}; leave one of them out"
            )
        seen[place.where] = name


def _refuse_idle(places: Mapping[str, Deployment], force: frozenset[str]) -> None:
    """Raise for what is forced, and none of the places would ever refuse."""
    known = frozenset[str]().union(*(place.forces for place in places.values()))
    if idle := sorted(force & frozenset(checks.PLACES) - known):
        where = " ".join(place.where for place in places.values())
        refuse_beside(where, {" ".join(f"--force {name}" for name in idle): True})


def _address(settings: Mapping[str, Any]) -> str:
    address = str(settings.get("SITEURL", ""))
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half a bracket, or a port that is no number
        known = False
    if not known:
        raise MisuseError(f"{SETTINGS}: SITEURL is {address!r}; say where the site will be")
    return address


def _refuse_placeholders(settings: Mapping[str, Any]) -> None:
    """Raise MisuseError for what the settings came with, and readers would get for ever."""
    address, authority = _address(settings), settings.get("FEED_ID_AUTHORITY")
    if address.rstrip("/") == _PLACEHOLDER:
        raise MisuseError(
            f"{SETTINGS}: SITEURL is still {address!r};"
            " say in pelicanconf.py where the site will be"
        )
    if authority == _NOBODY:
        raise MisuseError(
            f"{SETTINGS}: FEED_ID_AUTHORITY is still {authority!r}, and the ids that grow from it"
            " can never change; put a domain and a year in which it was yours in pelicanconf.py"
        )


def _secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What of the author's surroundings no page may show."""
    values = {
        value
        for name, value in environment.items()
        if any(word in name.upper() for word in _SECRET) and len(value) >= _SHORTEST_SECRET
    }
    home = (environment.get("HOME") or _home()).rstrip("/")
    # The home of root is a word of ordinary texts.
    return tuple(sorted(values | {home} - {"", "/root"}))


def _home() -> str:
    """The author's home directory as the system has it: a timer may leave the environment empty."""
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # a container may run as a number that has no name
        return ""


def _refuse_unverified(project: Project) -> None:
    status = engine.call(project, "verify")
    if status == engine.DRIFT:
        raise WorkshopError(
            "not every example holds (see above), so nothing was published;"
            " run ./invoke build, look at the differences, then ./invoke accept"
            f" (or --force {checks.EXAMPLES})"
        )
    if status != engine.CLEAN:
        raise WorkshopError(f"the engine ended with status {status}, so nothing was published")


def _keep_feeds(before: Mapping[str, bytes], site: Path) -> None:
    """Leave an empty feed where one would be gone, as with the last post of a tag."""
    from feeds.ledger import kept_feeds

    after = {path.relative_to(site).as_posix() for path in (site / _FEEDS).rglob("*")}
    for path, data in kept_feeds(before, after).items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(data)


def _check(built: Built, force: frozenset[str]) -> None:
    found = list(checks.run(built))
    for name, problem in found:
        print(f"publish: {problem} ({name}{', forced' * (name in force)})", file=sys.stderr)
    counted = [name for name, _ in found if name not in force]
    if counted:
        what = "1 problem" if len(counted) == 1 else f"{len(counted)} problems"
        names = " ".join(f"--force {name}" for name in dict.fromkeys(counted))
        raise WorkshopError(
            f"{what} in the site (see above), so nothing was published; mend that (or {names})"
        )


def _foretell(place: Deployment, changes: Changes) -> None:
    """Tell what a deploy would do."""
    if not changes:
        print(f"publish: nothing to do: {place.where} holds this site already")
        return
    _list(changes)
    print(f"publish: {place.where} would change: {changes} (dry run: nothing was deployed)")


def _deploy(place: Deployment, site: Path, settings: Mapping[str, Any], changes: Changes) -> None:
    place.deploy(site, changes)
    print(f"publish: {place.where} now holds this site: {changes}")
    print(f"publish: readers find it at {settings['SITEURL']}")
    _tell(pings.tell(settings, changes))


def _list(changes: Changes) -> None:
    marks = {"+": changes.added, "~": changes.changed, "-": changes.deleted}
    for mark, paths in marks.items():
        for path in paths:
            print(f"{mark} {path}")


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        print(f"publish: {line}", file=sys.stderr)
