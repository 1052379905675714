"""Every sandbox has a file of hosts, where its root file system brings none."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from transcripts.errors import SandboxError
from transcripts.model import Environment, World
from transcripts.runners import RUNNERS, open_sandbox
from transcripts.runners.launch import layout
from transcripts.runners.sandbox import Supplies

from .conftest import PATIENCE, shown


@pytest.fixture
def root() -> Iterator[Path]:
    """A root file system with the programs of this one, and an ``/etc`` like that of Debian's."""
    with tempfile.TemporaryDirectory(prefix="tested-") as name:
        made = Path(name)
        made.chmod(0o755)
        (made / "etc").mkdir()
        for file in ("passwd", "group", "nsswitch.conf", "ld.so.cache"):
            (made / "etc" / file).write_bytes(Path("/etc", file).read_bytes())
        (made / "usr").symlink_to("/usr")
        for top in ("bin", "sbin", "lib", "lib64"):
            if Path("/", top).is_symlink():
                (made / top).symlink_to(Path("/", top).readlink())
        yield made


@pytest.mark.parametrize("runner", sorted(RUNNERS))
def test_names_are_known_where_the_root_file_system_has_no_file_of_hosts(
    root: Path, runner: str
) -> None:
    world = World(environment=Environment(name="tested", runner=runner))

    async def said() -> str:
        async with open_sandbox(world, Supplies(root=root)) as sandbox:
            ran = await sandbox.run("getent hosts localhost blog", timeout=PATIENCE)
            return shown(ran)

    assert asyncio.run(said()).split() == ["::1", "localhost", "blog"] * 2


def test_the_directory_looks_as_old_as_it_was(root: Path) -> None:
    before = (root / "etc").stat().st_mtime_ns
    assert "/etc/hosts" in layout(root).etc
    assert (root / "etc").stat().st_mtime_ns == before
    assert (root / "etc/hosts").read_bytes() == b""


def test_a_file_of_hosts_is_left_as_it_is(root: Path) -> None:
    (root / "etc/hosts").write_text("192.0.2.1 mine\n")
    layout(root)
    assert (root / "etc/hosts").read_text() == "192.0.2.1 mine\n"


def test_a_root_file_system_that_cannot_get_one_is_named_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"^there is no .*/etc/hosts; make it with 'touch "):
        layout(tmp_path)
