"""Finds a kernel that QEMU can boot, in a root file system, and reads what it needs from there."""

from __future__ import annotations

import gzip
import lzma
import platform
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import SandboxError
from .initrd import in_order, initrd, module_name
from .qemu import BOARDS

_ROOT_MODULES = ("virtio_pci", "virtio_console", "9pnet_virtio", "9p")
_DISK_MODULES = ("virtio_blk", "crc32c_generic")
_FILE_SYSTEM_MODULES = {"ext2": "ext4", "ext3": "ext4"}
"""Of the others, the module has the name of the file system."""
_XZ = b"\xfd7zXZ\0"
_PAYLOAD_AT = 0x248


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel with its modules."""

    image: Path
    modules: Path

    def listed(self, name: str) -> str:
        """One of the files in which depmod(8) lists the modules; empty without it."""
        file = self.modules / name
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    @property
    def usable(self) -> bool:
        """Whether it can see the machine's root file system. The kernels of clouds cannot."""
        listed = self.listed("modules.dep") + self.listed("modules.builtin")
        names = {module_name(line.partition(":")[0]) for line in listed.splitlines()}
        return {"9p", "9pnet_virtio"} <= names


def cure() -> str:
    """What to do where something that QEMU needs is missing."""
    packages = " ".join(BOARDS[platform.machine()].packages)
    return (
        f"install it with 'apt install {packages}',"
        " or set the environment's kernel to a suite such as 'debian:trixie'"
    )


def find_kernel(root: Path) -> Kernel:
    """The newest usable kernel. Raises SandboxError, with the cure, where there is none."""
    images = sorted(root.glob("boot/vmlinu[xz]-*"), key=_version, reverse=True)
    for image in images:
        release = image.name.partition("-")[2]
        kernel = Kernel(image, root / "lib/modules" / release)
        if kernel.usable:
            return kernel
    lack = f"{images[0]} has no module 9p" if images else f"{root / 'boot'} has no kernel"
    raise SandboxError(f"{lack}, which QEMU needs; {cure()}")


def read_image(kernel: Kernel) -> bytes:
    """What QEMU is given as the kernel.

    Where Debian packed it with xz, it is unpacked here: a translated processor takes seconds.
    """
    try:
        data = kernel.image.read_bytes()
    except PermissionError as error:
        raise SandboxError(f"{kernel.image} cannot be read; allow it with 'chmod +r'") from error
    return _unpacked(data)


def make_initrd(root: Path, kernel: Kernel, file_systems: Iterable[str]) -> bytes:
    """The archive with which the kernel starts, for mounts of these kinds."""
    kinds = [kind for kind in dict.fromkeys(file_systems) if kind != "tmpfs"]
    wanted = [_FILE_SYSTEM_MODULES.get(kind, kind) for kind in kinds]
    names = (*_ROOT_MODULES, *(_DISK_MODULES if kinds else ()), *wanted)
    paths = in_order(kernel.listed("modules.dep"), names)
    return initrd(_busybox(root), [_module(kernel.modules / path) for path in paths])


def _busybox(root: Path) -> bytes:
    """One that needs no library."""
    file = root / "usr/bin/busybox"
    if not file.is_file():
        file = root / "bin/busybox"
    data = file.read_bytes() if file.is_file() else b""
    if not data or b"/ld-linux" in data[:4096]:
        raise SandboxError(f"{file} is no static busybox, which QEMU needs; {cure()}")
    return data


def _module(path: Path) -> bytes:
    data = path.read_bytes()
    match path.suffix:
        case ".xz":
            return lzma.decompress(data)
        case ".gz":
            return gzip.decompress(data)
        case ".zst":
            raise SandboxError(
                f"{path} is packed with zstd, which cannot be read here;"
                " set the environment's kernel to a suite such as 'debian:trixie'"
            )
    return data


def _version(image: Path) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", image.name)))


def _unpacked(image: bytes) -> bytes:
    """The ELF file in a bzImage; see "The Linux/x86 Boot Protocol"."""
    if image[0x202:0x206] != b"HdrS":
        return image
    offset, length = struct.unpack_from("<II", image, _PAYLOAD_AT)
    begin = (image[0x1F1] + 1) * 512 + offset
    payload = image[begin : begin + length]
    # Behind the packed data lies its length.
    return lzma.LZMADecompressor().decompress(payload) if payload.startswith(_XZ) else image
