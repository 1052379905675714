"""Two pages of one address are told: Pelican keeps the one that it writes last."""

from __future__ import annotations

import runpy
from pathlib import Path

from .conftest import REPOSITORY, Site


def test_a_post_in_the_place_of_a_page_of_the_site_is_told(site: Site) -> None:
    site.write("a.md", save_as="archives/index.html")
    site.write("b.md", save_as="feeds/all.atom")
    built = site.build()
    assert built.status != 0
    cure = "is also written by the site itself; give one another 'Slug:' or 'Save_as:'"
    assert f"content/a.md:4: archives/index.html {cure}" in built.said
    assert f"content/b.md:4: feeds/all.atom {cure}" in built.said
    assert "Traceback" not in built.said


def test_two_texts_of_one_address_are_told_with_both_places(site: Site) -> None:
    site.write("a.md", slug="same")
    site.write("pages/b.md", save_as="2009/same/index.html")
    built = site.build()
    assert built.status != 0
    assert "2009/same/index.html is also written by content/" in built.said


def test_a_post_in_the_place_of_a_file_is_told(site: Site) -> None:
    (site.root / "content" / "files").mkdir()
    (site.root / "content" / "files" / "x.txt").write_text("mine")
    site.write("a.md", save_as="files/x.txt")
    built = site.build()
    assert built.status != 0
    assert "files/x.txt is also written by content/" in built.said


CURE = "give one another 'Slug:' or 'Save_as:'"


def test_texts_of_one_title_are_told_before_pelican_breaks_off(site: Site) -> None:
    site.write("a.md", title="Same")
    site.write("b.md", title="Same", date="2009-04-01")
    site.write("c.md", title="Draft", status="draft")
    site.write("pages/search.md", title="Search")
    said = site.bad()
    page = "search/index.html is also written by the site itself"
    assert f"content/pages/search.md:1: {page}; {CURE}" in said
    (told,) = [line for line in said if "2009/same/index.html is also" in line]
    assert "content/a.md:1" in told
    assert "content/b.md:1" in told


def test_drafts_of_one_title_are_told(site: Site) -> None:
    site.write("a.md", title="Same", status="draft")
    site.write("b.md", title="Same", status="draft")
    also = "drafts/same/index.html is also written by content/a.md:1"
    assert f"content/b.md:1: {also}; {CURE}" in site.bad()


def test_what_an_address_cannot_hold_is_told_with_its_line(site: Site) -> None:
    site.write("a.md", title="!!!")
    site.write("b.md", slug="what? now")
    site.write("c.md", url="/c/", save_as="c.html")
    site.write("d.md", lang="he_IL")
    site.write("e.md", slug="../archives")
    site.write("f.md", slug="שלום")
    site.write("g.md", title=" ")
    site.write("h.md", title="Long " * 60)
    site.write("i.md", lang="klingon language")
    site.write("j.md", lang="pt-BR")
    site.write("k.md", lang="en_GB.UTF-8")
    site.write("l.md", tags="make, " + "t" * 252)
    signs = "has signs that an address cannot hold; write it with letters, digits and -"
    short, code = "add a short line 'Slug:'", "its code, such as en or pt-BR"
    told = [line for line in site.bad() if line.startswith("content/") and ": " in line]
    assert told == [
        f"content/l.md:4: tag {'t' * 252!r} is longer than names of files can be; shorten it",
        "content/a.md:1: the title has no letter or digit; add a line 'Slug:'",
        f"content/b.md:4: the address '2009/what? now/' {signs}",
        f"content/c.md:4: the address '/c/' {signs}",
        "content/d.md:4: Lang: 'he_IL' is no language of the web; write he-IL",
        f"content/e.md:4: the address '2009/../archives/' {signs}",
        "content/g.md:1: the title is empty; write one",
        f"content/h.md:1: the address is longer than names of files can be; {short}",
        f"content/i.md:4: Lang: 'klingon language' is no language of the web; write {code}",
        "content/k.md:4: Lang: 'en_GB.UTF-8' is no language of the web; write en-GB",
    ]


def test_an_alias_in_the_place_of_a_card_is_told(tmp_path: Path) -> None:
    """Cards are written by another plugin, in the order of the settings."""
    order = runpy.run_path(str(REPOSITORY / "pelicanconf.py"))["PLUGINS"]
    site = Site(tmp_path / "site", *(name for name in order if name in ("cards", "addresses")))
    site.write("a.md", slug="x", aliases="/cards/2009/x.png")
    taken = "is already written by another part of the site; leave it out, or move the other"
    assert f"content/a.md:5: Aliases: '/cards/2009/x.png' {taken}" in site.bad()
