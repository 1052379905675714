"""Files of the Python Package Index, by pip; no code of a package is run."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from ..errors import ParseError
from ..model import Input
from .client import Answer, ask
from .complaints import no_client, no_file, no_network, no_package, no_version, other_hash
from .kind import Kind
from .shelf import Room

_SDIST = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)\.(?:tar\.\w+|tgz|zip)")
_WHEEL = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)-.+\.whl")
_UNREACHED = re.compile(r"connection broken|Could not fetch URL|Max retries|ConnectTimeout")
_MISMATCH = re.compile(r"/(?P<name>[^/\s]+) \(from -r .*\n.*\n\s+Got\s+(?P<sha256>[0-9a-f]{64})")
_VERSIONS = re.compile(r"\(from versions: (.*?)\)")
# Of the author's variables those that say how to reach an index; others would choose otherwise.
_REACHING = {
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_CONFIG_FILE",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_NO_INDEX",
    "PIP_PROXY",
    "PIP_TRUSTED_HOST",
}
_OPTIONS = (
    *("--no-deps", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"),
    *("--timeout", "20", "--retries", "1"),
    *("--no-binary", ":none:", "--only-binary", ":none:", "--ignore-requires-python"),
)


async def _fetch(item: Input, room: Room) -> None:
    wanted = room.place / "requirements"
    pin = f" --hash=sha256:{item.sha256}" if item.sha256 else ""
    wanted.write_text(f"{item.name}=={item.version}{pin}\n", encoding="utf-8")
    answer = await _pip(room, "download", *_OPTIONS, "--dest", str(room.files), "-r", str(wanted))
    if not any(room.files.iterdir()):
        raise _why(item, answer)


async def _pip(room: Room, *words: str) -> Answer:
    (room.place / "tmp").mkdir()
    only_pip = Path(__file__).with_name("only_pip.py")
    ours = {"TMPDIR": str(room.place / "tmp"), "KEPT_ARCHIVES": str(room.files)}
    # An empty variable is one that pip does not see.
    unset = {key: "" for key in os.environ if key.startswith("PIP_") and key not in _REACHING}
    return await ask((sys.executable, "-I", str(only_pip), *words), env={**unset, **ours})


def _why(item: Input, answer: Answer) -> ParseError:
    if "No module named pip" in answer.err:
        return no_client(item, "pip", f"run '{sys.executable} -m ensurepip'")
    if mismatch := _MISMATCH.search(answer.err):
        return other_hash(item, mismatch["name"], mismatch["sha256"])
    if _UNREACHED.search(answer.err):
        return no_network(item, "pip")
    if listed := _VERSIONS.search(answer.err):
        known = [] if listed[1] == "none" else listed[1].split(", ")
        return no_version(item, "pip", known) if known else no_package(item, "pip")
    return no_file(item, "pip", answer.last("ERROR: "))


def _fits(item: Input, name: str) -> bool:
    named = _WHEEL.fullmatch(name) or _SDIST.fullmatch(name)
    return bool(
        named
        and _canonical(named["name"]) == _canonical(item.name)
        and named["version"].lower() == item.version.lower()
    )


def _canonical(name: str) -> str:
    """As the index compares names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


PYPI = Kind(
    name=re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"),
    version=re.compile(r"[0-9][0-9A-Za-z.!+_]*"),
    example="pypi six=1.17.0",
    fits=_fits,
    fetch=_fetch,
)
