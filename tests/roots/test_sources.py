"""What a private apt is told comes from the author's own, whatever form that has."""

from __future__ import annotations

from transcripts.roots.sources import (
    Source,
    keyrings_of,
    parse_sources,
    parse_targets,
    print_sources,
)

TARGETS = """\
Debian m:/debian/ bookworm main /etc/apt/sources.list.d/debian.sources:1
Debian m:/debian/ bookworm contrib /etc/apt/sources.list.d/debian.sources:1
Debian m:/debian/ bookworm-updates main /etc/apt/sources.list.d/debian.sources:1
Debian m:/debian/ bookworm-backports main /etc/apt/sources.list:3
Debian m:/security/ bookworm-security main /etc/apt/sources.list.d/debian.sources:2
Node m:/node/ nodistro main /etc/apt/sources.list.d/node.sources:1
""".splitlines()
DEB822 = """\
Types: deb
URIs: m:/debian
Suites: bookworm
Signed-By: /keys/debian.gpg

Types: deb
URIs: m:/node
Signed-By: /keys/node.gpg
"""


def test_only_debian_s_own_parts_are_taken():
    sources = parse_targets(TARGETS)
    assert [(source.uri, source.part) for source in sources] == [
        ("m:/debian/", ""),
        ("m:/debian/", "-updates"),
        ("m:/security/", "-security"),
    ]
    assert sources[0].entry == "/etc/apt/sources.list.d/debian.sources"


def test_another_suite_comes_from_the_same_places():
    assert print_sources(parse_targets(TARGETS), "trixie", ["/keys/a.gpg", "/keys/b.gpg"]) == (
        "deb [signed-by=/keys/a.gpg,/keys/b.gpg] m:/debian/ trixie main\n"
        "deb [signed-by=/keys/a.gpg,/keys/b.gpg] m:/debian/ trixie-updates main\n"
        "deb [signed-by=/keys/a.gpg,/keys/b.gpg] m:/security/ trixie-security main\n"
    )


def test_sid_has_no_updates():
    assert print_sources(parse_targets(TARGETS), "sid", []) == "deb m:/debian/ sid main\n"


def test_lines_of_a_list_are_read_with_and_without_options():
    lines = ["# a", "deb [signed-by=/k arch=amd64] m:/d stable main", "deb m:/s stable-security x"]
    assert parse_sources(lines) == (
        Source(uri="m:/d", part="", entry=""),
        Source(uri="m:/s", part="-security", entry=""),
    )


def test_a_keyring_is_that_of_the_address_alone():
    assert keyrings_of(DEB822, "a.sources", "m:/debian/") == ("/keys/debian.gpg",)
    line = "deb [arch=amd64 signed-by=/keys/a.gpg] m:/debian x main\ndeb [signed-by=/b] m:/n x y\n"
    assert keyrings_of(line, "sources.list", "m:/debian/") == ("/keys/a.gpg",)
    assert keyrings_of("deb m:/debian x main\n", "sources.list", "m:/debian/") == ()
