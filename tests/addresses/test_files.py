"""Files that crawlers, browsers and feed readers ask for by name."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from addresses.config import ConfigError, read_config
from addresses.sitemap import Entry, robots_text, sitemap_files

from .conftest import Site

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def entries(site: Site) -> dict[str, str | None]:
    """The URLs of the sitemap with the day of their last change."""
    found = ET.fromstring(site.text("sitemap.xml")).iter(NAMESPACE + "url")
    return {
        str(url.findtext(NAMESPACE + "loc")): url.findtext(NAMESPACE + "lastmod") for url in found
    }


def test_the_sitemap_has_each_page_that_may_be_found(site: Site) -> None:
    site.write("make.md", tags="tmpfs")
    site.write("pages/about.md")
    site.write("draft.md", status="draft")
    site.write("hidden.md", status="hidden")
    site.write("future.md", date="2999-01-01")
    site.write("moved.md", aliases="/old/")
    site.good()
    paths = {url.removeprefix("https://example.org/") for url in entries(site)}
    pages = {"", "2009/", "2009/make/", "2009/moved/", "about/", "archives/", "category/debian/"}
    assert pages | {"tag/tmpfs/"} <= paths
    assert not {path for path in paths if path.startswith(("drafts/", "old/", "404", "search"))}
    assert not {"2009/hidden/", "2999/future/"} & paths


def test_a_page_changes_when_its_author_says_so_and_a_list_with_its_posts(site: Site) -> None:
    site.write("a.md", date="2009-03-08 18:21", category="One")
    site.write("b.md", date="2009-03-09", modified="2011-01-01", category="Two")
    site.write("pages/about.md")
    site.good()
    found = entries(site)
    assert found["https://example.org/2009/a/"] == "2009-03-08T18:21:00+00:00"
    assert found["https://example.org/category/one/"] == "2009-03-08T18:21:00+00:00"
    for path in ("2009/b/", "category/two/", "", "2009/"):
        assert found[f"https://example.org/{path}"] == "2011-01-01T00:00:00+00:00"
    assert found["https://example.org/about/"] is None


def test_a_sitemap_with_too_many_pages_becomes_several() -> None:
    pages = [Entry(url=f"https://example.org/{number}/?a&b") for number in range(5)]
    files = sitemap_files(pages, "https://example.org", most=2)
    assert sorted(files) == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml", "sitemap.xml"]
    index = [node.text for node in ET.fromstring(files["sitemap.xml"]).iter(NAMESPACE + "loc")]
    assert index == [f"https://example.org/sitemap-{number}.xml" for number in (1, 2, 3)]
    listed = [
        node.text
        for name in sorted(files)[:3]
        for node in ET.fromstring(files[name]).iter(NAMESPACE + "loc")
    ]
    assert listed == [page.url for page in pages]


def test_robots_may_read_all_but_drafts_and_are_told_of_the_sitemap(site: Site) -> None:
    site.write("make.md")
    site.good()
    assert site.text("robots.txt").splitlines() == [
        "User-agent: *",
        "Allow: /",
        "Disallow: /drafts/",
        "",
        "Sitemap: https://example.org/sitemap.xml",
    ]


def test_robots_of_a_site_in_a_directory_are_told_the_whole_path() -> None:
    told = robots_text("https://example.org/blog", ["drafts/"])
    assert "Disallow: /blog/drafts/" in told
    assert "Sitemap: https://example.org/blog/sitemap.xml" in told


def test_icons_are_there_under_the_names_that_are_asked_for(site: Site) -> None:
    site.write("make.md")
    site.good()
    icon = Image.open(BytesIO(site.path("favicon.ico").read_bytes()))
    assert icon.info["sizes"] == {(16, 16), (32, 32)}
    touch = Image.open(BytesIO(site.path("apple-touch-icon.png").read_bytes()))
    assert (touch.format, touch.size, touch.mode) == ("PNG", (180, 180), "RGB")


def test_a_file_of_the_author_is_not_replaced(site: Site) -> None:
    site.settings = 'STATIC_PATHS = ["files"]\nEXTRA_PATH_METADATA = {"files/robots.txt":'
    site.settings += ' {"path": "robots.txt"}}\n'
    site.write("make.md")
    (site.root / "content" / "files").mkdir()
    (site.root / "content" / "files" / "robots.txt").write_text("own")
    site.good()
    assert site.text("robots.txt") == "own"


def test_the_key_of_indexnow_is_a_file_of_its_own(site: Site) -> None:
    site.settings = 'INDEXNOW_KEY = "0123456789abcdef"\n'
    site.write("make.md")
    site.good()
    assert site.text("0123456789abcdef.txt") == "0123456789abcdef"


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("INDEXNOW_KEY", "../key", "8 to 128 letters, digits or '-', or no such setting"),
        ("SITEURL", "example.org", "the site's address, such as 'https://example.org'"),
        ("SITEURL", "", "the site's address, such as 'https://example.org'"),
    ],
)
def test_a_wrong_setting_is_told_by_its_name(name: str, value: str, wanted: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_config({"SITEURL": "https://example.org", name: value})
    assert str(error.value) == f"{name} is {value!r}; expected {wanted}"


def test_a_wrong_setting_stops_the_build_before_it_writes(site: Site) -> None:
    site.settings = 'INDEXNOW_KEY = "short"\n'
    site.write("make.md")
    (told,) = site.bad()
    assert told.startswith("INDEXNOW_KEY is 'short'; ")
    assert not site.path("index.html").exists()


def test_the_files_are_the_same_whenever_and_wherever_they_are_made(site: Site) -> None:
    site.write("make.md", aliases="/old/", tags="a, b, c")
    site.write("pages/about.md", aliases="/me/")
    site.good(output="one", PYTHONHASHSEED="1", TZ="Asia/Tokyo", LC_ALL="C")
    site.good(output="two", PYTHONHASHSEED="2", TZ="America/Lima", LC_ALL="C.UTF-8")
    assert site.files("one") == site.files("two")
