"""Packages of the npm registry, by npm; no script of a package is run."""

from __future__ import annotations

import json
import re
import shutil

from ..errors import ParseError
from ..model import Input
from .client import Answer, ask
from .complaints import no_client, no_file, no_network, no_package, no_version
from .kind import Kind
from .shelf import Room

_OPTIONS = (
    *("--json", "--ignore-scripts", "--no-workspaces", "--loglevel=error", "--logs-max=0"),
    *("--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=1000"),
)
_UNREACHED = ("EAI_AGAIN", "ENOTFOUND", "ENOTCACHED", "ETIMEDOUT", "ERR_SOCKET_TIMEOUT")
_REFUSED = ("ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH")


async def _fetch(item: Input, room: Room) -> None:
    if not shutil.which("npm"):
        raise no_client(item, "npm", "install it, for instance with 'apt install npm'")
    answer = await _npm(room, "pack", f"{item.name}@{item.version}")
    if answer.status:
        raise await _why(item, room, answer)


async def _npm(room: Room, *words: str) -> Answer:
    # In a directory of its own, so that it reads no package.json or .npmrc of a project.
    return await ask(("npm", *words, *_OPTIONS), cwd=room.files)


async def _why(item: Input, room: Room, answer: Answer) -> ParseError:
    code, summary = _error(answer)
    if code == "E404":
        return no_package(item, "npm")
    if code in (*_UNREACHED, *_REFUSED):
        return no_network(item, "npm")
    if code == "ETARGET":
        listed = await _npm(room, "view", item.name, "versions")
        known = json.loads(listed.out) if not listed.status else []
        # Of a package with a single version npm tells just that.
        return no_version(item, "npm", [known] if isinstance(known, str) else known)
    return no_file(item, "npm", summary)


def _error(answer: Answer) -> tuple[str, str]:
    """The word of npm for what went wrong, and a sentence."""
    try:
        error = json.loads(answer.out)["error"]
        return str(error["code"]), str(error["summary"]).partition("\n")[0]
    except (ValueError, KeyError, TypeError):
        return "", answer.last("npm error ", "npm ERR! ")


def _fits(item: Input, name: str) -> bool:
    return name == f"{item.name.removeprefix('@').replace('/', '-')}-{item.version}.tgz"


NPM = Kind(
    name=re.compile(r"(?:@[a-z0-9][a-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*"),
    version=re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:[-+][0-9A-Za-z.+-]+)?"),
    example="npm isarray=2.0.5",
    fits=_fits,
    fetch=_fetch,
)
