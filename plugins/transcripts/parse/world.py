"""Reads what the front matter says of where sessions run: environment, mounts, hosts, inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from ..errors import ParseError
from ..model import Environment, Input, Location, Mount, Wanted, World
from ..names import nearest, package_problem
from .front_matter import Field
from .hosts import hosts

_RUNNERS_OF = {
    "mounts": ("machine",),
    "packages": ("namespace", "machine", "network"),
    "inputs": ("namespace", "machine", "network"),
    "hosts": ("network",),
}
"""Which runners can give what a field asks for."""

MOUNT_TYPES = ("ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs")
_SIZE = re.compile(r"^(?P<number>[0-9]{1,12})(?P<unit>[KMG]?)$")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_SYSTEM = (
    *("/.transcripts", "/bin", "/dev", "/etc", "/inputs", "/lib", "/lib32", "/lib64", "/libx32"),
    *("/opt", "/proc", "/sbin", "/sys", "/usr", "/var/lib"),
)
_PLAIN_PATH = re.compile(r"^/[A-Za-z0-9._/-]*[A-Za-z0-9._-]$")
_EXT_BLOCKS = (1 << 10, 2 << 10, 4 << 10)
"""Bytes: mke2fs rounds others without a word, and the kernel mounts none above a page."""
_OF_OLD_ONES = ("bind", "loop", "move", "offset", "rbind", "remount", "sizelimit")
"""Options for what is mounted already, or is a file."""
_MOUNT_OPTION = re.compile(r"^[a-z][A-Za-z0-9_.+-]*(?:=[A-Za-z0-9_.:+-]+)?$")
INPUT_KINDS = ("debian-source", "debian", "pypi", "npm", "file")
_VERSIONED = re.compile(r"^(?P<name>[A-Za-z0-9@][A-Za-z0-9@/+._-]*)=(?P<version>[^\s=]+)$")
_SHA256 = re.compile(r"^sha256:(?P<hex>[0-9a-f]{64})$")


def world(fields: Mapping[str, Field], environments: Mapping[str, Environment]) -> World:
    """The world that the fields describe; without a word, the first environment that has it.

    Raises ParseError, with the line, for what cannot be had.
    """
    environment = _environment(fields, environments)
    for key, runners in _RUNNERS_OF.items():
        if key in fields and environment.runner not in runners:
            raise ParseError(
                f"environment {environment.name!r} (runner {environment.runner!r}) has no"
                f" {key.capitalize()}; name one that has, or remove the field",
                fields[key][0][0],
            )
    return World(
        environment=environment,
        mounts=tuple(_mounts(fields.get("mounts", ()))),
        packages=_packages(fields.get("packages", ()), environment),
        inputs=tuple(_inputs(fields.get("inputs", ()))),
        hosts=tuple(hosts(fields.get("hosts", ()), environment.host)),
    )


def _environment(
    fields: Mapping[str, Field], environments: Mapping[str, Environment]
) -> Environment:
    """The one that is named; else the first, but for hosts the first that is a network."""
    for location, name in fields.get("environment", ()):
        if name not in environments:
            raise ParseError(
                f"unknown environment {name!r}; {nearest(name, tuple(environments))}", location
            )
        return environments[name]
    networks = (one for one in environments.values() if one.runner == "network")
    first = next(iter(environments.values()))
    return next(networks, first) if "hosts" in fields else first


# --- Mounts -----------------------------------------------------------------------------


def _mounts(field: Field) -> Iterator[Mount]:
    seen: set[str] = set()
    for location, line in field:
        words = line.split()
        if len(words) < 2:
            raise ParseError(
                f"mount {line!r}; write a path, a type and a size: /mnt/disk ext4 size=64M",
                location,
            )
        path, kind, *rest = words
        if path in seen:
            raise ParseError(f"{path} is mounted twice; give each its own path", location)
        for other in seen:
            if other.startswith(f"{path}/"):
                raise ParseError(f"{path} would hide {other}; put it before that", location)
        seen.add(path)
        yield _mount(_mount_point(path, location), kind, ",".join(rest), location)


def _mount_point(path: str, location: Location) -> str:
    if not _PLAIN_PATH.match(path) or "//" in path or {".", ".."} & set(path.split("/")):
        raise ParseError(
            f"mount point {path!r}; write an absolute path such as /mnt/disk", location
        )
    if path == "/home" or f"{path}/".startswith(tuple(f"{tree}/" for tree in _SYSTEM)):
        raise ParseError(
            f"{path} is the system's own; mount on another path, such as /mnt/disk", location
        )
    return path


def _mount(path: str, kind: str, options: str, location: Location) -> Mount:
    if kind not in MOUNT_TYPES:
        raise ParseError(f"unknown file system {kind!r}; {nearest(kind, MOUNT_TYPES)}", location)
    ours = {"size": 0, "inode_size": 0, "block_size": 0}
    passed = []
    for option, name, value in _options(options, location):
        if name in ours:
            ours[name] = _bytes(name, value, location)
        else:
            passed.append(option)
    if not ours["size"]:
        raise ParseError(f"{path} has no size; {_size_remedy(passed)}", location)
    if kind in ("tmpfs", "btrfs") and (ours["inode_size"] or ours["block_size"]):
        raise ParseError(f"{kind} has no inode_size or block_size; remove it", location)
    if kind.startswith("ext") and ours["block_size"] not in (0, *_EXT_BLOCKS):
        raise ParseError(
            f"{kind} has no blocks of {ours['block_size']} bytes; write block_size=1K, 2K or 4K",
            location,
        )
    return Mount(path=path, kind=kind, options=tuple(passed), location=location, **ours)


def _options(options: str, location: Location) -> Iterator[tuple[str, str, str]]:
    """Each option, whole and as its name and value."""
    given: set[str] = set()
    for option in filter(None, options.split(",")):
        name, _, value = option.partition("=")
        if name in given:
            raise ParseError(f"mount option {name!r} stands there twice; remove one", location)
        if name in _OF_OLD_ONES:
            raise ParseError(
                f"mount option {name!r} is none of a new file system; remove it", location
            )
        if not _MOUNT_OPTION.match(option):
            raise ParseError(f"mount option {option!r}; write it as mount -o takes it", location)
        given.add(name)
        yield option, name, value


def _size_remedy(passed: Sequence[str]) -> str:
    names = [option.partition("=")[0] for option in passed]
    if near := get_close_matches("size", names, n=1, cutoff=0.7):
        return f"did you mean 'size=' by '{near[0]}='?"
    return "add one, such as size=64M"


def _bytes(name: str, value: str, location: Location) -> int:
    match = _SIZE.match(value)
    if not match or not int(match["number"]) or (name == "size" and not match["unit"]):
        example = "size=64M or size=2G" if name == "size" else f"{name}=128 or {name}=4K"
        raise ParseError(f"{name}={value}; write a number with its unit, {example}", location)
    return int(match["number"]) * _UNITS[match["unit"]]


# --- Packages and inputs ----------------------------------------------------------------


def _packages(field: Field, environment: Environment) -> tuple[Wanted, ...]:
    found: dict[str, Wanted] = {}
    for wanted in _wanted(field, environment):
        found.setdefault(wanted.name, wanted)
    return tuple(found[name] for name in sorted(found))


def _wanted(field: Field, environment: Environment) -> Iterator[Wanted]:
    for location, line in field:
        if environment.root == "/":
            raise ParseError(
                f"environment {environment.name!r} is your own system, to which no package is"
                " added; name an environment whose root is a suite such as 'debian:bookworm'",
                location,
            )
        for name in line.replace(",", " ").split():
            if problem := package_problem(name):
                raise ParseError(problem, location)
            yield Wanted(name=name, location=location)


def _inputs(field: Field) -> Iterator[Input]:
    for location, line in field:
        words = line.split()
        sha256 = ""
        if len(words) == 3 and (match := _SHA256.match(words[2])):
            sha256 = match["hex"]
        if len(words) == 3 and not sha256 and words[2].startswith("sha256:"):
            raise ParseError(
                f"{words[2]!r} is no hash, which has 64 digits, 0-9 and a-f; mend it, or leave it"
                " out and a run tells it",
                location,
            )
        if len(words) not in (2, 3) or (len(words) == 3 and not sha256):
            raise ParseError(
                f"input {line!r}; write a kind, a name and a hash:"
                " debian-source hello=2.10-3 sha256:…",
                location,
            )
        kind, name = words[:2]
        if kind not in INPUT_KINDS:
            raise ParseError(f"unknown input {kind!r}; {nearest(kind, INPUT_KINDS)}", location)
        yield _input(kind, name, sha256, location)


def _input(kind: str, name: str, sha256: str, location: Location) -> Input:
    version = ""
    if kind != "file":
        match = _VERSIONED.match(name)
        if not match:
            raise ParseError(
                f"input {name!r} has no version; write {name.partition('=')[0]}=VERSION", location
            )
        name, version = match["name"], match["version"]
    return Input(kind=kind, name=name, version=version, sha256=sha256, location=location)
