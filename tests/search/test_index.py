"""The files that the search is made of."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from search.document import Document, facets, html
from search.index import SearchError, write_index

from ..addresses.conftest import Site


def documents(count: int) -> list[Document]:
    return [
        Document(
            path=f"20{number:02}/post/index.html",
            title=f"Post {number}",
            content=f"<h2 id='a'>A {number}</h2><p>Words {number} of a post &amp; more.</p>",
            date="8 March 2009",
            facets={"year": f"20{number:02}", "category": f"c{number % 3}"},
        )
        for number in range(count)
    ]


def files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        write_index(documents(40), "en", tmp_path / name)
    assert files(tmp_path / "one") == files(tmp_path / "two") == files(tmp_path / "three")


def test_an_index_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    write_index(documents(3), "en", tmp_path / "index")
    write_index(documents(2), "en", tmp_path / "index")
    fragments = [name for name in files(tmp_path / "index") if name.startswith("fragment/")]
    assert len(fragments) == 2


def test_nothing_is_published_that_the_page_does_not_use(tmp_path: Path) -> None:
    write_index(documents(2), "en-GB", tmp_path / "index")
    names = {name for name in files(tmp_path / "index") if "/" not in name}
    assert {"search.js", "facets.json", "pagefind.js"} <= names
    assert not {name for name in names if "ui" in name or "highlight" in name}


def test_a_site_without_posts_has_nothing_to_search(tmp_path: Path) -> None:
    write_index([], "en", tmp_path / "index")
    assert (tmp_path / "index" / "facets.json").read_text() == "{}"
    assert (tmp_path / "index" / "search.js").is_file()


def test_a_title_is_text(tmp_path: Path) -> None:
    document = Document(path="a/index.html", title='<b> & "c"', content="")
    assert '<h1 data-pagefind-meta="title">&lt;b&gt; &amp; &quot;c&quot;</h1>' in html(
        document, "en"
    )


def test_facets_name_pages_by_pagefind_s_ids() -> None:
    first, second = documents(2)
    ids = {first.path: "en_1", second.path: "en_2"}
    assert facets([first, second], ids) == {
        "year": {"2000": ["en_1"], "2001": ["en_2"]},
        "category": {"c0": ["en_1"], "c1": ["en_2"]},
    }


def test_without_pagefind_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pagefind_bin", None)  # as Python marks what is not there
    with pytest.raises(SearchError) as error:
        write_index(documents(1), "en", tmp_path / "index")
    assert str(error.value) == (
        "search: Pagefind is not installed; `pip install -r requirements.txt` brings it,"
        " or leave 'search' out of PLUGINS"
    )


def test_a_build_without_pagefind_ends_with_that_line(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", "search")
    site.write("make.md")
    (site.root / "pagefind_bin.py").write_text("raise ImportError\n")
    assert site.bad()[-1].startswith("search: Pagefind is not installed; ")


def test_a_site_is_indexed_anew_by_each_build(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", "search")
    site.write("make.md", "Glockenspiel.\n")
    site.good()
    before = files(site.path("pagefind"))
    site.good(output="elsewhere", PYTHONHASHSEED="7")
    assert files(site.root / "elsewhere" / "pagefind") == before
    site.write("make.md", "Tambourine.\n")
    site.good()
    fragments = [name for name in files(site.path("pagefind")) if name.startswith("fragment/")]
    assert len(fragments) == 1
    assert fragments[0] not in before
