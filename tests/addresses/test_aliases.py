"""Old paths of posts and pages lead to where they are now, or the author is told why not."""

from __future__ import annotations

import pytest

from addresses.aliases import Alias, alias_problems

from .conftest import Site


def test_an_old_path_leads_to_the_post_with_and_without_its_redirect(site: Site) -> None:
    site.settings = "RELATIVE_URLS = False\n"
    site.write("make.md", title="Make & <em>time</em>", aliases="/2009/03/old.html, /old-name/")
    site.good()
    for path in ("2009/03/old.html", "old-name/index.html"):
        page = site.page(path)
        target = "https://example.org/2009/make-time/"
        heads = [node.attributes for node in page.css("head meta, head link")]
        assert {"http-equiv": "refresh", "content": f"0; url={target}"} in heads
        assert {"rel": "canonical", "href": target} in heads
        assert {"name": "robots", "content": "noindex"} in heads
        assert [link.attributes["href"] for link in page.css("a")] == [target]
        assert [node.text() for node in page.css("title, a")] == ["Make & time"] * 2
        assert len(site.text(path)) < 700


def test_a_preview_leads_there_from_any_host_and_directory(site: Site) -> None:
    ways = {
        "old.html": "2009/make/",
        "old-name/index.html": "../2009/make/",
        "2007/03/make.html": "../../2009/make/",
        "old.php/index.html": "../2009/make/",
    }
    site.write("make.md", aliases="/old.html, old-name, /2007/03/make.html, /old.php")
    site.good()
    for path, way in ways.items():
        assert [link.attributes["href"] for link in site.page(path).css("a")] == [way]


def test_aliases_may_stand_on_lines_of_their_own_and_have_signs(site: Site) -> None:
    site.write("pages/about.md", aliases="/caf%C3%A9/\n         /my%20page.html")
    site.good()
    assert site.path("café/index.html").is_file()
    assert site.path("my page.html").is_file()


def test_a_draft_has_no_redirects(site: Site) -> None:
    site.write("make.md", aliases="/old/", status="draft")
    site.good()
    assert not site.path("old").exists()


def test_building_again_in_the_same_place_is_no_collision(site: Site) -> None:
    site.write("make.md", aliases="/old/")
    site.good()
    first = site.files()
    site.good()
    assert site.files() == first


NOT_OURS = "is not a path of this site; write it as /old/path/"
NO_FILE = "is no path that a file can have; write it as /old/path/"
NOT_WHOLE = "is not a whole path; write it as /old/path/"
QUERY = "has what a file cannot answer to; write /old/path/ without ? and #, a space as %20"
A_PAGE = "is already written by the site itself; leave it out, or move the other"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://elsewhere.example/x", NOT_OURS),
        ("//elsewhere.example/x", NOT_OURS),
        ("javascript:alert(1)", NOT_OURS),
        ("/../outside/", "leaves the site; write it as /old/path/"),
        ("/a/%2e%2e/%2e%2e/outside/", "leaves the site; write it as /old/path/"),
        ("/?p=7", QUERY),
        ("/old/#part", QUERY),
        ("/my page/", QUERY),
        ("/a\\b/", NO_FILE),
        ("/a%00b/", NO_FILE),
        ("/" + "n" * 256, NO_FILE),
        ("/a//b/", NOT_WHOLE),
        ("/./a/", NOT_WHOLE),
        ("/", NOT_WHOLE),
        ("/2009/make/", A_PAGE),
        ("2009/make", A_PAGE),
        ("/2009/make/index.html", A_PAGE),
        ("/404.html", A_PAGE),
        ("/404.html/x/", A_PAGE),
        ("/2009.html", None),
        ("/2009/", None),
        ("/2009/make.html", None),
    ],
)
def test_an_alias_is_a_path_that_is_free(text: str, told: str | None) -> None:
    written = dict.fromkeys(("2009/make/index.html", "404.html"), "written by the site itself")
    found = [problem for _, problem in alias_problems([alias(text)], written)]
    assert found == ([told] if told else [])


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("/z/", "/z", "is already an alias of make.md; leave it out, or move the other"),
        (
            "/z.html",
            "/z.html/y/",
            "is already an alias of make.md; leave it out, or move the other",
        ),
        ("/z.html/y/", "/z.html", "is a directory of the site; leave it out"),
        ("/z/y/", "/z/", None),
    ],
)
def test_an_alias_leaves_room_for_another(first: str, second: str, told: str | None) -> None:
    found = [problem for _, problem in alias_problems([alias(first), alias(second)], {})]
    assert found == ([told] if told else [])


def alias(text: str) -> Alias:
    return Alias(text=text, source="make.md", url="2009/make/", title="Make", language="en")


def test_all_wrong_aliases_are_told_at_once_with_their_lines(site: Site) -> None:
    site.write("a.md", aliases="/old/, /2009/b/")
    site.write("b.md", aliases="/good/\n         /old/\n         /../x\n         /robots.txt/")
    moved = "leave it out, or move the other"
    assert [line for line in site.bad() if line.startswith("content/")] == [
        f"content/a.md:4: Aliases: '/2009/b/' is already written by content/b.md:1; {moved}",
        f"content/b.md:5: Aliases: '/old/' is already an alias of a.md; {moved}",
        "content/b.md:6: Aliases: '/../x' leaves the site; write it as /old/path/",
        f"content/b.md:7: Aliases: '/robots.txt/' is already written by the site itself; {moved}",
    ]


def test_an_alias_neither_leads_to_itself_nor_replaces_what_others_wrote(site: Site) -> None:
    site.plugins = ("feeds", "addresses")
    site.write("a.md", url="looped/", save_as="looped.html", aliases="/looped/, /feeds/all.json")
    taken = "is already written by another part of the site"
    moved = "leave it out, or move the other"
    assert [line for line in site.bad() if line.startswith("content/")] == [
        "content/a.md:6: Aliases: '/looped/' is where the text itself is; leave it out",
        f"content/a.md:6: Aliases: '/feeds/all.json' {taken}; {moved}",
    ]
