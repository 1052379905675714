"""Makes a root file system from packages that are here, without the network, always the same.

The tar depends on the packages alone: not on the day, the author, or whether that is user 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from .lock import Package
from .namespace import unshared
from .pack import digest_of, level, unpack
from .programs import Program, Tell, failure, run, succeed
from .recipe import Recipe, native_architecture
from .shelf import Shelf

_HERE = "/mnt"
"""Where the build finds itself, so that no path of the author's gets into it."""
# As every Debian has it; before Debian 13 no package brings these links.
_MERGED_USR = """\
for place in PLACES; do
  mkdir -p "$1/usr/$place" && ln -s "usr/$place" "$1/$place" || exit
done
"""
_LIB64 = ("amd64", "ppc64el")
"""Architectures whose programs look for their loader there."""
# Not of the packages, but of this build: addresses, names of this host, apt's and dpkg's past.
_CLEAN = """\
cd "$1"
rm -rf etc/apt/sources.list etc/apt/apt.conf.d/99mmdebstrap etc/resolv.conf
rm -rf var/lib/apt/lists var/lib/apt/extended_states var/cache/apt var/log/apt
rm -f var/cache/debconf/*-old var/lib/dpkg/*-old etc/passwd- etc/group- etc/shadow- etc/gshadow-
echo sandbox > etc/hostname
"""
_STEPS = {"Unpacking ": "unpacking", "Setting up ": "setting up"}


async def build(
    recipe: Recipe,
    packages: tuple[Package, ...],
    shelf: Shelf,
    tell: Tell,
    accept: Callable[[str], None],
) -> str:
    """Build into the shelf's place for that, and return the SHA-256 of the tar.

    ``accept`` gets it first, and raises where it is not the one that is wanted.
    """
    place = shelf.building
    place.mkdir(mode=0o755)
    tell(f"building {recipe} from {len(packages)} packages")
    epoch = await _repository(packages, shelf, recipe.suite)
    await _debootstrap(recipe, packages, shelf, epoch, tell)
    tell("packing the root file system")
    tar = place / "root.tar"
    level(tar)
    digest = await digest_of(tar)
    accept(digest)
    await unpack(tar, place / "tree")
    tar.unlink()
    await succeed(Program(argv=("rm", "-rf", str(place / "archive"))))
    return digest


async def _repository(packages: tuple[Package, ...], shelf: Shelf, suite: str) -> int:
    """Lay out an archive of these packages alone; returns when the youngest of them was made.

    No file of the root is to be younger than that: the packages' own keep their times, on which
    compiled Python depends, and what the build makes gets this one.
    """
    archive = shelf.building / "archive"
    archive.mkdir()
    for package in packages:
        (archive / package.file).hardlink_to(shelf.packages / package.file)
    files = [package.file for package in packages]
    index = _index(await _controls(archive, files), packages, archive)
    (archive / "Packages").write_text(index, encoding="utf-8")
    (archive / "Release").write_text(_release(suite, index), encoding="utf-8")
    return max(_made(archive / file) for file in files)


async def _controls(archive: Path, files: list[str]) -> list[str]:
    """What each package says of itself."""
    show = 'for deb; do dpkg-deb --field "$deb" || exit; echo; done'
    shown = await succeed(Program(argv=("sh", "-c", show, "sh", *files), cwd=archive))
    return "\n".join(shown.lines).strip("\n").split("\n\n")


def _index(controls: list[str], packages: tuple[Package, ...], archive: Path) -> str:
    return "".join(
        f"{control.strip()}\nFilename: ./{package.file}\n"
        f"Size: {(archive / package.file).stat().st_size}\nSHA256: {package.digest}\n\n"
        for control, package in zip(controls, packages, strict=True)
    )


def _release(suite: str, index: str) -> str:
    data = index.encode()
    digest = hashlib.sha256(data).hexdigest()
    return (
        f"Suite: {suite}\nCodename: {suite}\nArchitectures: {native_architecture()}\n"
        f"Date: Thu, 01 Jan 1970 00:00:00 UTC\nSHA256:\n {digest} {len(data)} Packages\n"
    )


def _made(deb: Path) -> int:
    """When a package was built: the time of the first member of its ar archive."""
    with deb.open("rb") as file:
        return int(file.read(36)[24:36])


async def _debootstrap(
    recipe: Recipe, packages: tuple[Package, ...], shelf: Shelf, epoch: int, tell: Tell
) -> None:
    program = Program(
        argv=unshared(
            *("sh", "-c", f'mount --bind "$0" {_HERE} && cd / && exec "$@"', str(shelf.building)),
            *_mmdebstrap(recipe.suite, [package.name for package in packages]),
        ),
        environment={"SOURCE_DATE_EPOCH": str(epoch), "TMPDIR": _HERE},
    )
    ended = await run(program, _counting(len(packages), tell))
    if ended.status:
        raise failure("mmdebstrap", ended)


def _counting(total: int, tell: Tell) -> Tell:
    """Tells at each tenth package how far dpkg is, from what it says."""
    done = dict.fromkeys(_STEPS, 0)

    def hear(line: str) -> None:
        for sign, step in _STEPS.items():
            if line.startswith(sign):
                done[sign] += 1
                if done[sign] % 10 == 0 and done[sign] <= total:
                    tell(f"{step} {done[sign]} of {total} packages")

    return hear


def _mmdebstrap(suite: str, names: list[str]) -> tuple[str, ...]:
    places = "bin sbin lib lib64" if native_architecture() in _LIB64 else "bin sbin lib"
    return (
        *("mmdebstrap", "--mode=root", "--variant=essential", "--format=tar", "--verbose"),
        *('--aptopt=Apt::Install-Recommends "false"', "--skip=cleanup/apt"),
        f"--setup-hook={_MERGED_USR.replace('PLACES', places)}",
        f"--customize-hook={_CLEAN}",
        *(f"--include={','.join(names)}", suite, f"{_HERE}/root.tar"),
        f"deb [trusted=yes] copy:{_HERE}/archive ./",
    )
