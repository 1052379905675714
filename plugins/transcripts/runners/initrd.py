"""The first file system of a QEMU machine's kernel: an archive that is made in memory.

Its one program loads what the kernel needs to see the root file system, and goes there.
Source: "initramfs buffer format" of the kernel's documentation, switch_root(8).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from .guestroot import INIT
from .qemu import LINE, TAG

_REGULAR, _DIRECTORY, _DEVICE = 0o100755, 0o040755, 0o020600
_CONSOLE = (5, 1)
_END = "TRAILER!!!"
# Nothing but the host changes the root file system, so the machine may keep what it has seen of
# it. The line of requests comes last of all devices, and may come late.
_INIT = f"""\
#!/bin/busybox sh
busybox=/bin/busybox
for module in /modules/*; do $busybox insmod "$module"; done
$busybox mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose,access=any \
{TAG} /root
$busybox mount -t devtmpfs devtmpfs /root/dev
until [ -c /root/dev/{LINE} ]; do $busybox usleep 1000; done
exec $busybox switch_root /root {shlex.join(INIT)}
"""


def initrd(busybox: bytes, modules: Iterable[bytes]) -> bytes:
    """An archive with a static busybox, and modules that are loaded in this order."""
    members = [
        *(_member(name, _DIRECTORY) for name in ("bin", "dev", "modules", "root")),
        _member("dev/console", _DEVICE, device=_CONSOLE),
        _member("bin/busybox", _REGULAR, busybox),
        *(_member(f"modules/{n:03}.ko", _REGULAR, data) for n, data in enumerate(modules)),
        _member("init", _REGULAR, _INIT.encode()),
        _member(_END, 0),
    ]
    return b"".join(members)


def _member(name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)) -> bytes:
    """One file, root's, in the format ``newc``: thirteen numbers of eight hexadecimal digits."""
    path = name.encode() + b"\0"
    inode = owner = group = time = checksum = 0
    links = 1
    numbers = (
        *(inode, mode, owner, group, links, time, len(data)),
        *(0, 0, *device, len(path), checksum),
    )
    header = b"070701" + b"".join(b"%08X" % number for number in numbers)
    return _padded(header + path) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def in_order(dependencies: str, wanted: Iterable[str]) -> tuple[str, ...]:
    """The paths of modules, each after those that it needs, as modules.dep(5) lists them.

    What is not listed is part of the kernel, or unknown to it.
    """
    needs = dict(_needs(dependencies))
    paths = {module_name(path): path for path in needs}
    found = [paths[name] for name in wanted if name in paths]
    ordered = (path for last in found for path in (*reversed(needs[last]), last))
    return tuple(dict.fromkeys(ordered))


def _needs(dependencies: str) -> Iterator[tuple[str, list[str]]]:
    for line in dependencies.splitlines():
        path, _, needed = line.partition(":")
        yield path, needed.split()


def module_name(path: str) -> str:
    """As lsmod(8) shows it: ``virtio_pci`` of ``kernel/drivers/virtio/virtio-pci.ko.xz``."""
    return path.rpartition("/")[2].partition(".")[0].replace("-", "_")
