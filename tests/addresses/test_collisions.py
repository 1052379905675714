"""Two pages of one address are told: Pelican keeps the one that it writes last."""

from __future__ import annotations

from .conftest import Site


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
