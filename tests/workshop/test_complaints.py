"""What Pelican logs, and what it passes over in silence, told with place and remedy."""

from __future__ import annotations

import pytest

from workshop import site
from workshop.complaints import complaints
from workshop.errors import WorkshopError
from workshop.project import Project

from .conftest import SECOND, SETTINGS, write

HEAD = "Title: A post\nDate: 2020-01-02\n"
BEGIN = "begin the file with lines 'Title: …' and 'Date: 2009-03-08'"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", f"1: no 'Title:'; {BEGIN}"),
        ("# A title\n\nText.\n", f"1: no 'Title:'; {BEGIN}"),
        (f"\n{HEAD}\n", f"1: no 'Title:'; {BEGIN}, without an empty line before them"),
        ("Date: 2020-01-02\n\nText.\n", "1: no 'Title:'; add a line 'Title: …' to its head"),
        ("Title: A\n\nText.\n", "1: no 'Date:'; add a line 'Date: 2009-03-08' to its head"),
        (
            "Title: A\nDate: 2020-13-02\n\nText.\n",
            "2: date '2020-13-02'; write it as 2009-03-08 or 2009-03-08 18:21",
        ),
        (
            f"{HEAD}Modified: yesterday\n\nText.\n",
            "3: modified 'yesterday'; write it as 2009-03-08 or 2009-03-08 18:21",
        ),
        (
            f"{HEAD}Status: publish\n\nText.\n",
            "3: status 'publish'; write 'published', 'draft', 'hidden' or 'skip'",
        ),
        (
            f"{HEAD}Template: nosuch\n\nText.\n",
            (
                "3: there is no template 'nosuch'; leave 'Template:' out, or add nosuch.html to the"
                " theme"
            ),
        ),
        (
            f"{HEAD}Save_as: ../..\n\nText.\n",
            "3: '../..' lies outside of the site; give 'Save_as:' a path without '..'",
        ),
    ],
)
def test_a_post_that_pelican_refuses_is_told_with_its_place(project: Project, text: str, said: str):
    write(project.root, "content/notes/bad.md", text)
    with pytest.raises(WorkshopError) as caught:
        site.replace_output(project)
    assert str(caught.value).startswith(f"content/notes/bad.md:{said} (the last good site is kept")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "![x]({static}/images/nosuch.png)",
            ["5: there is no '/images/nosuch.png'; mend the link"],
        ),
        ("![x]({attach}nosuch.png)", ["5: there is no 'nosuch.png'; mend the link"]),
        ("\n- a\n\n    [x]({static}my%20file)", ["8: there is no 'my%20file'; mend the link"]),
        (
            '[x]({filename}no.md)\n<a href="{filename}no.md">x</a> `[x]({filename}no.md)`',
            [f"{line}: there is no 'no.md'; mend the link" for line in (5, 6)],
        ),
        (
            "\n".join(f"[x]({{filename}}no{number}.md)" for number in range(8)),
            [f"{n + 5}: there is no 'no{n}.md'; mend the link" for n in range(8)],
        ),
        (
            "[x]({filname}first.md)",
            [
                (
                    "5: unknown word 'filname' in '{filname}first.md'; write {filename} before a"
                    " post, {static} before a file, {tag} before a tag"
                )
            ],
        ),
        (
            "[x]({filename}files/data.txt)",
            ["5: 'files/data.txt' is not a post; write {static}files/data.txt"],
        ),
        (
            "[x]({filename}skipped.md)",
            [
                (
                    "5: 'skipped.md' is no post or page that Pelican publishes; mend the link, or"
                    " write {static} before a file that is neither"
                )
            ],
        ),
        (
            "[x]({tag}nosuch) [x]({tag}make) `[x]({tag}code)`\n\n    [x]({tag}code)",
            ["5: there is no tag 'nosuch'; mend the link, or write it in 'Tags:' of a post"],
        ),
        (
            "[x](|category|nosuch) [x]({author}Ada)",
            [
                (
                    "5: there is no category 'nosuch'; mend the link, or write it in 'Category:'"
                    " of a post"
                )
            ],
        ),
    ],
)
def test_a_link_that_leads_nowhere_is_told_and_the_site_is_built(
    project: Project, capsys: pytest.CaptureFixture[str], text: str, said: list[str]
):
    write(project.root, "pelicanconf.py", SETTINGS + 'STATIC_PATHS = ["files"]\n')
    write(project.root, "content/files/data.txt", "data")
    write(project.root, "content/skipped.md", f"{HEAD}Status: skip\n\nText.\n")
    write(project.root, "content/bad.md", f"{HEAD}Tags: make\n\n{text}\n")
    assert site.build(project, run=False) == 1
    told = capsys.readouterr()
    assert told.err.splitlines() == [f"build: content/bad.md:{line}" for line in said]
    assert told.out == "build: output/ holds 3 articles\n"


def test_a_draft_may_name_a_tag_that_comes_with_it(project: Project):
    draft = f"{HEAD}Status: draft\nTags: new\n\n[x]({{tag}}new)\n"
    write(project.root, "content/draft.md", draft)
    assert site.build(project, run=False) == 0


def test_where_authors_have_no_pages_no_link_leads_to_one(
    project: Project, capsys: pytest.CaptureFixture[str]
):
    write(project.root, "pelicanconf.py", SETTINGS + 'AUTHOR_SAVE_AS = ""\n')
    write(project.root, "content/second.md", f"{SECOND}\n[x]({{author}}Ada)\n")
    assert site.build(project, run=False) == 1
    assert capsys.readouterr().err == (
        "build: content/second.md:6: there are no pages for author links, as AUTHOR_SAVE_AS is"
        " empty; link to something else\n"
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("Date: 2020-01-03\n", "3: a second 'Date:'; keep one"),
        ("Title: Another\n", "3: a second 'Title:'; keep one"),
        ("Tags: a,\n      b\n", "4: 'Tags:' goes on here; write it in one line"),
    ],
)
def test_a_field_that_stands_twice_is_told(
    project: Project, capsys: pytest.CaptureFixture[str], fields: str, said: str
):
    write(project.root, "content/bad.md", f"{HEAD}{fields}\nText.\n")
    assert site.build(project, run=False) == 1
    assert capsys.readouterr().err == f"build: content/bad.md:{said}\n"


def test_a_file_that_another_link_has_moved_is_told_with_the_link(project: Project):
    write(project.root, "content/second.md", f"{SECOND}\n[x]({{attach}}data.txt)\n")
    write(project.root, "content/data.txt", "data")
    log = (
        "The {attach} link in second.md cannot relocate data.txt because another link already"
        " referenced its location. Falling back to {filename} link behavior instead.\n"
    )
    assert complaints(log, project.root, project.content) == [
        (
            "content/second.md:6: 'data.txt' has its place by another link or a setting;"
            " write {static}data.txt"
        )
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Unable to find 'nosuch.md', skipping url replacement.",
        "Skipping content/gone.md: something else",
        "PelicanTemplateNotFound: [templates] unable to load nosuch[.html] from ['theme']",
        "Duplicate definition of `date` for content/gone.md. Using first one.",
    ],
)
def test_what_has_no_place_stays_as_pelican_put_it(project: Project, line: str):
    assert complaints(f"{line}\n", project.root, project.content) == [line]
