"""Manifests and plans for all trees: printed is read back, and a plan does what it says."""

from __future__ import annotations

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.manifest import File, Manifest, folders_of, parse_manifest, print_manifest
from deploy.names import problem
from deploy.plan import RANKS, plan, rank_of

names = st.text(string.ascii_lowercase + " é.", min_size=1, max_size=4)
paths = st.lists(names, min_size=1, max_size=3).map("/".join).filter(lambda path: not problem(path))
texts = st.sampled_from(["", "one", "two", "three"])


def file(text: str, mtime: int | None = None) -> File:
    data = text.encode()
    return File(sha256=hashlib.sha256(data).hexdigest(), size=len(data), mtime=mtime)


def possible(tree: dict[str, str]) -> dict[str, str]:
    """Without the files that would be folders as well."""
    folders = {folder for path in tree for folder in folders_of(path)}
    return {path: text for path, text in tree.items() if path not in folders}


trees = st.dictionaries(paths, texts, max_size=8).map(possible)
times = st.one_of(st.none(), st.integers(0, 2**40))


@given(st.dictionaries(paths, st.tuples(texts, times), max_size=8))
def test_a_manifest_is_read_back_as_it_was_printed(tree: dict[str, tuple[str, int | None]]):
    kept = possible({path: text for path, (text, _) in tree.items()})
    manifest = Manifest.of((path, file(text, tree[path][1])) for path, text in kept.items())
    printed = print_manifest(manifest)
    assert parse_manifest(printed) == manifest
    assert print_manifest(parse_manifest(printed)) == printed


def manifest_of(tree: dict[str, str]) -> Manifest:
    return Manifest.of((path, file(text)) for path, text in tree.items())


@given(old=trees, new=trees)
def test_a_plan_makes_of_one_tree_the_other(old: dict[str, str], new: dict[str, str]):
    steps = plan(manifest_of(new), manifest_of(old))
    staged = {step.slot: new[step.path] for step in steps.swaps}
    assert len(staged) == len(steps.swaps), "each file has a slot of its own"
    now = dict(old)
    for step in steps.ways:
        del now[step.path]
    for step in steps.swaps:
        now[step.path] = staged.pop(step.slot)
        assert possible(now) == now, "no file is in the way of a folder"
    for step in steps.deletes:
        del now[step.path]
    assert (now, staged) == (new, {})


@given(old=trees, new=trees)
def test_the_way_back_needs_just_what_was_kept(old: dict[str, str], new: dict[str, str]):
    forth, back = (
        plan(manifest_of(new), manifest_of(old)),
        plan(manifest_of(old), manifest_of(new)),
    )
    assert {(step.path, step.slot) for step in forth.kept} == {
        (step.path, step.slot) for step in back.swaps
    }


@given(trees)
def test_equal_trees_need_nothing(tree: dict[str, str]):
    assert not plan(manifest_of(tree), manifest_of(dict(tree)))


def test_what_links_to_others_goes_last():
    order = [
        *("theme/style.css", "images/a.png", "pagefind/index/x.pf_index"),
        *("posts/a.html", "about.html"),
        *("feeds/all.atom", "sitemap.xml", "pagefind/pagefind-entry.json"),
        *("index.html", "index2.html", "tag/shell.html", "archives.html"),
    ]
    ranks = [rank_of(path, RANKS) for path in order]
    assert ranks == [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 3]


def test_new_pages_come_before_the_changed_ones_that_link_to_them():
    old = manifest_of({"index.html": "", "a.html": "", "style.css": ""})
    new = manifest_of({"index.html": "one", "a.html": "one", "style.css": "one", "z.html": "one"})
    ranks = [[step.path for step in rank] for rank in plan(new, old).ranks]
    assert ranks == [["style.css"], ["z.html"], ["a.html"], ["index.html"]]


@pytest.mark.parametrize(
    "path", ["", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\nb", "a\0b", "a\\b", "x" * 256]
)
def test_no_path_leads_out_or_is_ambiguous(path: str):
    assert problem(path)


@pytest.mark.parametrize("path", ["a", "a/b.html", "ä b/c d.html", ".nojekyll", "..a", "日本.html"])
def test_usual_paths_are_fine(path: str):
    assert problem(path) is None
