"""Derives where a suite comes from, from what the author's own apt is configured with.

Pure: it reads what apt says of itself and writes what a private apt is to be told, and no
address is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# What to ask apt-get indextargets for: one line for each list of packages.
TARGETS = ("--format", r"$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT) $(SOURCESENTRY)")
_PARTS = re.compile(r"(.+?)(-updates|-security|)")
_ROLLING = ("sid", "unstable", "experimental")
_SIGNED_BY = re.compile(r"(?i)\bsigned-by[=:]\s*(/[^\]\s,]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A part of Debian's archive, and the file that says so."""

    uri: str
    part: str
    """What it adds to the suite's name: nothing, ``-updates`` or ``-security``."""
    entry: str


def parse_targets(lines: Iterable[str]) -> tuple[Source, ...]:
    """The parts of Debian's archive that apt is configured with, in its order, each once."""
    found: dict[str, Source] = {}
    for line in lines:
        words = line.split(" ")
        if len(words) == 5 and words[0] == "Debian" and words[3] == "main":
            _, uri, release, _, entry = words
            parts = _PARTS.fullmatch(release)
            if parts and not release.endswith(("-backports", "-proposed-updates", "-sloppy")):
                source = Source(uri=uri, part=parts[2], entry=entry.rpartition(":")[0])
                found.setdefault(parts[2], source)
    return tuple(found.values())


def parse_sources(lines: Iterable[str]) -> tuple[Source, ...]:
    """The same, from lines of a ``sources.list``, as mmdebstrap writes them."""
    found = []
    for line in lines:
        words = re.sub(r"\[.*?\]", "", line).split()
        if words[:1] == ["deb"] and len(words) > 2 and (parts := _PARTS.fullmatch(words[2])):
            found.append(Source(uri=words[1], part=parts[2], entry=""))
    return tuple(found)


def print_sources(sources: Iterable[Source], suite: str, keyrings: Iterable[str]) -> str:
    """The ``sources.list`` that gives a suite, signed by one of these keyrings."""
    signed = ",".join(keyrings)
    option = f"[signed-by={signed}] " if signed else ""
    return "".join(
        f"deb {option}{source.uri} {suite}{source.part} main\n"
        for source in sources
        if not (source.part and suite in _ROLLING)
    )


def keyrings_of(text: str, path: str, uri: str) -> tuple[str, ...]:
    """The keyring files that a file of sources names for an address; none where apt's own do."""
    entries = text.split("\n\n") if path.endswith(".sources") else text.splitlines()
    site = uri.rstrip("/")
    return tuple(
        dict.fromkeys(
            keyring for entry in entries if site in entry for keyring in _SIGNED_BY.findall(entry)
        )
    )


def print_configuration(place: str) -> str:
    """The apt.conf of an apt that keeps all it has in a place, and installs nothing here.

    It is read after the author's own, which says how the network is reached; the hooks that
    belong to the author's system are cleared.
    """
    return _CONFIGURATION.replace("PLACE", place)


_CONFIGURATION = """\
Dir::State "PLACE";
Dir::State::status "PLACE/status";
Dir::State::lists "lists";
Dir::Cache "PLACE";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "";
Dir::Etc::SourceList "PLACE/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "PLACE/preferences";
Dir::Etc::PreferencesParts "/dev/null";
#clear APT::Update;
#clear APT::Default-Release;
#clear APT::Architectures;
#clear DPkg;
#clear Acquire::IndexTargets;
Acquire::IndexTargets::deb::Packages {
  MetaKey "$(COMPONENT)/binary-$(ARCHITECTURE)/Packages";
  flatMetaKey "Packages";
  ShortDescription "Packages";
  Description "$(RELEASE)/$(COMPONENT) $(ARCHITECTURE) Packages";
};
Acquire::Languages "none";
Acquire::AllowInsecureRepositories "false";
APT::Get::AllowUnauthenticated "false";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
pkgCacheGen::ForceEssential ",";
"""

PREFERENCES = """\
Explanation: converts old systems only; usr-is-merged does for new ones.
Package: usrmerge
Pin: release *
Pin-Priority: -1
"""
