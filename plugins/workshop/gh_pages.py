"""Deploys a directory as one commit on a branch of a git remote, such as ``gh-pages``.

The branch may hold nothing but deployed sites: a branch of sources is never written to, history is
only ever added, and whatever fails or is cut leaves the branch as it was, here and there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from . import processes
from .changes import Changes
from .errors import WorkshopError
from .processes import Finished
from .progress import Progress

SOURCES = "pelicanconf.py"
"""The file that tells a branch of sources from one of deployed sites."""
_Files = dict[str, tuple[str, str]]
"""Mode and object name of each file, by its path."""
_PATIENCE = 60
"""Seconds that a remote has to say what it holds."""
_QUIET = 5
"""Seconds before one is told how many they are: git may be asking for a password meanwhile."""
_ENGLISH = {"LC_ALL": "C.UTF-8"}
_HOST_NAME = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a site goes."""

    remote: str = "origin"
    branch: str = "gh-pages"

    @property
    def local(self) -> str:
        """The branch here."""
        return f"refs/heads/{self.branch}"

    @property
    def tracking(self) -> str:
        """The branch there, as last fetched."""
        return f"refs/remotes/{self.remote}/{self.branch}"


def misnamed(repository: Path, target: Target) -> str | None:
    """Which setting of a target is no name as git has them; None when all are, or git is not."""
    if not shutil.which("git"):
        return None
    for key, name in (("branch", target.branch), ("remote", target.remote)):
        odd = name.startswith("-") or not name.isprintable()
        if odd or _git(repository, "check-ref-format", f"refs/heads/{name}").status:
            return key
    return None


def prepare(repository: Path, target: Target) -> str | None:
    """Fetch, refuse what must not be written to, and return the commit that a deploy builds on."""
    _refuse_current_branch(repository, target)
    _fetch(repository, target)
    here = _commit(repository, target.local)
    there = _commit(repository, target.tracking)
    for commit, place in ((there, f"at {target.remote}"), (here, "here")):
        if commit and _git(repository, "cat-file", "-e", f"{commit}:{SOURCES}").status == 0:
            raise WorkshopError(
                f"branch {target.branch} {place} holds {SOURCES}: it is a branch of sources, and"
                " publishing would replace them; name another branch in publishconf.py"
            )
    if here and there and not _is_ancestor(repository, here, there):
        raise WorkshopError(
            f"branch {target.branch} has commits here that {target.remote} has not, such as a"
            f" build that was cut and not checked; drop them: git branch -D {target.branch}, or"
            f" if they are by your hand, keep them: git push {target.remote} {target.branch}"
        )
    return there or here


def complete(repository: Path, base: str | None, site: Path) -> None:
    """Add what GitHub Pages needs to a site: ``.nojekyll``, and the ``CNAME`` that was there."""
    (site / ".nojekyll").touch()
    name = site / "CNAME"
    if name.exists() and not _HOST_NAME.fullmatch(
        name.read_text(encoding="utf-8", errors="replace")
    ):
        raise WorkshopError("CNAME of the site is no host name; a page may have taken its place")
    if base and not name.exists():
        kept = _git(repository, "show", f"{base}:CNAME")
        if kept.status == 0:
            name.write_text(kept.out, encoding="utf-8")


def changes(repository: Path, base: str | None, site: Path) -> Changes:
    """What a deploy of the directory SITE on top of BASE would do."""
    return _difference(listed(repository, base), _listing(repository, site))


def _difference(old: _Files, new: _Files) -> Changes:
    return Changes(
        added=tuple(sorted(set(new) - set(old))),
        changed=tuple(sorted(path for path in set(new) & set(old) if new[path] != old[path])),
        deleted=tuple(sorted(set(old) - set(new))),
    )


def refuse_nobody(repository: Path) -> None:
    """Raise where git does not know who would commit."""
    _committer(repository)


def deploy(repository: Path, target: Target, base: str | None, site: Path, message: str) -> None:
    """Commit the directory SITE on top of BASE, and push it.

    It is committed to a branch of its own, so that the branch here never holds what is not there.
    """
    making = replace(target, branch=f"{target.branch}.being-published")
    _point(repository, making, base)
    try:
        _import(repository, making, site, message)
        made = _verified(repository, making, base, site)
    finally:
        _point(repository, making, None)
    _push(repository, target, made)


def rollback(
    repository: Path, target: Target, base: str | None, *, dry_run: bool = False
) -> Changes:
    """Publish the site before the last one, in a commit on top of BASE.

    With DRY_RUN only say what would change.
    """
    previous = _commit(repository, f"{base}^") if base else None
    if not (base and previous):
        raise WorkshopError(f"{target.branch} has no deploy before the last one; nothing to undo")
    undone = _difference(listed(repository, base), listed(repository, previous))
    if dry_run:
        return undone
    message = f"Publish: back to {previous[:12]}"
    words = ("commit-tree", f"{previous}^{{tree}}", "-p", base, "-m", message)
    made = _git(repository, *words)
    if made.status:
        raise WorkshopError(f"git could not commit: {_reason(made)}")
    _push(repository, target, made.out.strip())
    return undone


def listed(repository: Path, commit: str | None) -> _Files:
    """The files of a commit; none where there is no commit."""
    if commit is None:
        return {}
    entries = _git(repository, "ls-tree", "-r", "-z", commit).out.split("\0")
    found = (entry.partition("\t") for entry in entries if entry)
    return {path: (about.split()[0], about.split()[2]) for about, _, path in found}


def content(repository: Path, commit: str | None, path: str) -> bytes | None:
    """A text file of a commit; None where it has none of that path."""
    shown = _git(repository, "show", f"{commit}:{path}") if commit else None
    return shown.out.encode() if shown and shown.status == 0 else None


def archive(repository: Path, commit: str, tar: Path) -> None:
    """Write all files of a commit into a tar."""
    packed = _git(repository, "archive", "--format=tar", f"--output={tar}", commit)
    if packed.status:
        raise WorkshopError(f"git could not read {commit}: {_reason(packed)}")


def _refuse_current_branch(repository: Path, target: Target) -> None:
    if not shutil.which("git"):
        raise WorkshopError("git is not installed; install it: ./invoke setup")
    inside = _git(repository, "rev-parse", "--git-dir")
    if inside.status:
        if "not a git repository" in inside.err:
            raise WorkshopError(f"{repository} is not a git repository; make it one: git init")
        raise WorkshopError(f"git refuses: {_reason(inside)}")
    head = _git(repository, "symbolic-ref", "-q", "--short", "HEAD")
    if head.status:
        raise WorkshopError("no branch is checked out (detached head); change to one: git switch")
    if head.out.strip() == target.branch:
        raise WorkshopError(
            f"{target.branch} is the branch that is checked out here, and publishing would replace"
            " it; change to the branch of the sources: git switch NAME"
        )


def _fetch(repository: Path, target: Target) -> None:
    if _git(repository, "remote", "get-url", target.remote).status:
        raise WorkshopError(
            f"there is no git remote {target.remote}; add it:"
            f" git remote add {target.remote} ADDRESS"
        )
    asking = ("ls-remote", "--heads", target.remote, target.local)
    asked = _git_there(repository, *asking, limit=_PATIENCE)
    if asked.status:
        raise WorkshopError(
            f"{target.remote} cannot be reached: {_reason(asked)};"
            f" check the network, your access, and its address: git remote -v"
        )
    if not asked.out.strip():
        # ghp-import would build on what was once fetched, though the remote has dropped it.
        _git(repository, "update-ref", "-d", target.tracking)
        return
    wanted = f"+{target.local}:{target.tracking}"
    fetched = _git_there(repository, "fetch", "--quiet", "--no-tags", target.remote, wanted)
    if fetched.status:
        raise WorkshopError(f"cannot fetch from {target.remote}: {_reason(fetched)}; try again")


def _import(repository: Path, target: Target, site: Path, message: str) -> None:
    options = ["-b", target.branch, "-r", target.remote, "-m", message]
    command: list[str | Path] = [sys.executable, "-m", "ghp_import", *options, site]
    done = processes.capture(command, cwd=repository, env=_committer(repository))
    if done.status:
        raise WorkshopError(f"ghp-import could not commit: {_reason(done)}")


def _committer(repository: Path) -> dict[str, str]:
    """Who commits: ghp-import itself would commit as nobody where git does not know."""
    asked = _git(repository, "var", "GIT_COMMITTER_IDENT")
    name, _, rest = asked.out.partition(" <")
    if asked.status or not name:
        raise WorkshopError(
            "git does not know who you are; tell it:"
            ' git config user.name "YOUR NAME" and git config user.email ADDRESS'
        )
    return {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": rest.partition("> ")[0]}


def _verified(repository: Path, making: Target, base: str | None, site: Path) -> str:
    """The commit, when it is what was asked for; nobody else has seen it yet."""
    made = _commit(repository, making.local)
    parents = _git(repository, "log", "-1", "--format=%P", making.local).out.strip()
    if made is None or parents != (base or "") or changes(repository, made, site):
        raise WorkshopError(
            f"ghp-import did not commit the site as it is to {making.branch}, so it was not"
            " pushed; is another publish at work? try again"
        )
    return made


def _push(repository: Path, target: Target, commit: str) -> None:
    """Make it the branch there, and then here."""
    what = f"{commit}:{target.local}"
    pushed = _git_there(repository, "push", "--porcelain", target.remote, what)
    if pushed.status == 0:
        _point(repository, target, commit)
        return
    told = pushed.out + pushed.err
    if "fetch first" in told or "non-fast-forward" in told:
        raise WorkshopError(
            f"somebody else has just published to {target.branch} at {target.remote}, so nothing"
            " was pushed; publish again"
        )
    rejected = [line for line in told.splitlines() if line.startswith("!")]
    reason = rejected[0].split("\t")[-1] if rejected else _reason(pushed)
    raise WorkshopError(
        f"{target.remote} did not take the push: {reason}; check your access and its rules"
    )


def _point(repository: Path, target: Target, commit: str | None) -> None:
    """Let the branch here be at a commit; without one, let there be no branch."""
    if commit:
        _git(repository, "update-ref", target.local, commit)
    else:
        _git(repository, "update-ref", "-d", target.local)


def _listing(repository: Path, site: Path) -> _Files:
    """The files of a directory."""
    algorithm = _git(repository, "rev-parse", "--show-object-format").out.strip() or "sha1"
    files = (path for path in site.rglob("*") if path.is_file())
    return {
        path.relative_to(site).as_posix(): (_mode(path), _blob(algorithm, path.read_bytes()))
        for path in files
    }


def _mode(path: Path) -> str:
    return "100755" if os.access(path, os.X_OK) else "100644"


def _blob(algorithm: str, data: bytes) -> str:
    """The name that git gives to a file with this content."""
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data).hexdigest()


def _commit(repository: Path, ref: str) -> str | None:
    return _git(repository, "rev-parse", "--verify", "-q", ref).out.strip() or None


def _is_ancestor(repository: Path, older: str, newer: str) -> bool:
    return _git(repository, "merge-base", "--is-ancestor", older, newer).status == 0


def _git(repository: Path, *arguments: str) -> Finished:
    """Run git, in the language that its messages are read in here."""
    return processes.capture(["git", *arguments], cwd=repository, env=_ENGLISH)


def _git_there(repository: Path, *arguments: str, limit: int | None = None) -> Finished:
    """Run git as it speaks with a remote, and show how long that takes."""
    with Progress("publish") as progress:

        def second(passed: int) -> None:
            if passed >= _QUIET:
                progress.show(f"git {arguments[0]}: {passed} s")

        command = ["git", *arguments]
        return processes.wait(command, cwd=repository, env=_ENGLISH, second=second, limit=limit)


def _reason(done: Finished) -> str:
    """The line of git's that says most: the first that it calls fatal or an error."""
    lines = [line.strip() for line in (done.err or done.out).splitlines() if line.strip()]
    for line in lines:
        for mark in ("fatal: ", "error: "):
            if line.startswith(mark):
                return line.removeprefix(mark)
    return lines[-1] if lines else f"exit status {done.status}"
