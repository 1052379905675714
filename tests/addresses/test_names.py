"""Tags and categories that would share a page are told, and never merged in silence."""

from __future__ import annotations

from addresses.names import Use, name_problems

from .conftest import Site


def use(name: str, slug: str, source: str = "a.md") -> Use:
    return Use(kind="tag", name=name, slug=slug, source=source)


def test_each_spelling_is_told_once() -> None:
    uses = [use("C", "c"), use("c", "c", "b.md"), use("c", "c", "d.md"), use("C", "c", "e.md")]
    assert [wrong.source for wrong, _ in name_problems(uses)] == ["b.md"]


def test_names_with_one_address_name_both_files_and_the_remedy(site: Site) -> None:
    site.write("a.md", tags="make, C, file systems, Émile", category="Peer to peer")
    site.write("b.md", tags="tmpfs, c, file-systems, Emile", category="Peer-to-peer")
    cure = "write both alike, or one in other words"
    assert {line for line in site.bad() if line.startswith("content/")} == {
        f"content/b.md:4: tag 'c' would share a page with 'C' of a.md; {cure}",
        (
            "content/b.md:4: tag 'file-systems' would share a page with 'file systems' of a.md;"
            f" {cure}"
        ),
        f"content/b.md:4: tag 'Emile' would share a page with 'Émile' of a.md; {cure}",
        (
            "content/b.md:3: category 'Peer-to-peer' would share a page with 'Peer to peer'"
            f" of a.md; {cure}"
        ),
    }


def test_a_tag_without_letters_is_told(site: Site) -> None:
    site.write("a.md", tags="make, !!!")
    assert "content/a.md:4: tag '!!!' has no letter or digit; give it a name with one" in site.bad()


def test_c_and_its_relatives_are_different_tags(site: Site) -> None:
    site.write("a.md", tags="C, C++, C#")
    site.write("b.md", tags="C, .net, net", category="C")
    site.good()
    assert {path.name for path in site.path("tag").iterdir()} == {
        "c", "cpp", "c-sharp", "dot-net", "net"
    }  # fmt: skip


def test_a_category_may_be_named_all(site: Site) -> None:
    site.write("a.md", category="all", tags="all")
    site.good()
    assert site.path("category/all/index.html").is_file()
