"""The page that lists every example: what it is, whether it holds, where and when it ran."""

from __future__ import annotations

from .conftest import Site, one

POST = """\
Title: A post
Date: 2009-03-08

```console run
$ echo claimed
claimed
$ true
```

```console run then=2009-03-08
$ echo new
old
```

```console run then=2010-01-02
$ echo same
same
```

```console run
$ echo told; echo 'next' &&
> true
```

```console run hide
$ echo unseen
```
"""


def _rows(site: Site) -> list[list[str]]:
    page = site.page("examples/index.html")
    return [
        [cell.text().strip() for cell in row.css("td")] for row in page.css(".examples tbody tr")
    ]


def test_every_example_that_a_reader_sees_is_listed_with_its_verdict(site: Site) -> None:
    site.write("post.md", POST)
    assert site.build().status == 0
    rows = _rows(site)
    assert [row[:3] for row in rows] == [
        ["true", "holds", ""],
        ["echo new", "changed since", "2009-03-08"],
        ["echo same", "still holds", "2010-01-02"],
        ["echo told; echo 'next' &&", "ran", ""],
    ]
    assert all(row[4].startswith("sandbox, Linux ") for row in rows)


def test_a_post_without_a_past_has_no_column_for_it(site: Site) -> None:
    site.write("post.md", POST.partition("```console run then")[0])
    assert site.build().status == 0
    heads = [cell.text() for cell in site.page("examples/index.html").css(".examples thead th")]
    assert heads == ["Example", "Verdict", "Last run", "Where"]


def test_each_row_leads_to_its_example(site: Site) -> None:
    site.write("post.md", POST)
    assert site.build().status == 0
    post = site.page("2009/a-post/index.html")
    links = site.page("examples/index.html").css(".examples a")
    targets = [str(link.attributes["href"]).partition("#")[2] for link in links]
    assert len(targets) == 4
    assert all(post.css_first(f"[id='{target}']") for target in targets)


def test_the_chart_counts_by_the_year_that_examples_tell_of(site: Site) -> None:
    site.write("post.md", POST)
    assert site.build().status == 0
    rows = site.page("examples/index.html").css(".chart tbody tr")
    told = [" ".join(row.text().split()) for row in rows]
    assert told[:2] == ["2009 1 changed since", "2010 1 holds"]
    assert told[2].endswith(" 1 holds, 1 ran, claiming nothing")
    assert len(rows) == 3


def test_what_is_not_recorded_does_not_hold_and_tells_of_no_year(site: Site) -> None:
    site.settings = 'TRANSCRIPTS_RUN = "never"\n'
    site.write("post.md", POST.partition("```console run then")[0])
    assert site.build().status == 0
    assert [row[:4] for row in _rows(site)] == [["true", "does not hold", "", ""]]
    assert site.page("examples/index.html").css_first(".chart") is None


def test_a_site_without_examples_says_so(site: Site) -> None:
    site.write("post.md", "Title: A post\nDate: 2009-03-08\n\nWords.\n")
    assert site.build().status == 0
    assert "No example was run yet" in one(site.page("examples/index.html"), "main").text()
