"""Deploying to a branch of a real remote."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from workshop import gh_pages
from workshop.changes import Changes
from workshop.errors import WorkshopError
from workshop.gh_pages import Target
from workshop.project import Project

from .conftest import write

Git = Callable[..., str]
PAGES = Target()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A built site."""
    write(tmp_path, "built/index.html", "<p>one</p>")
    write(tmp_path, "built/feeds/all.atom", "<feed/>")
    return tmp_path / "built"


def deploy(project: Project, site: Path, target: Target = PAGES) -> Changes:
    base = gh_pages.prepare(project.root, target)
    gh_pages.complete(project.root, base, site)
    changes = gh_pages.changes(project.root, base, site)
    if changes:
        gh_pages.deploy(project.root, target, base, site, f"Publish: {changes}")
    return changes


def published(git: Git, remote: Path, branch: str = "gh-pages") -> list[str]:
    return git(remote, "ls-tree", "-r", "--name-only", branch).splitlines()


def commits(git: Git, where: Path, branch: str = "gh-pages") -> list[str]:
    return git(where, "log", "--format=%H", branch).splitlines()


def someone_else(git: Git, remote: Path, tmp_path: Path, files: dict[str, str]) -> None:
    """Push a commit to gh-pages from another clone."""
    other = tmp_path / "other"
    if not other.exists():
        git(tmp_path, "clone", "--quiet", str(remote), str(other))
        if "origin/gh-pages" in git(other, "branch", "--all"):
            git(other, "switch", "--quiet", "gh-pages")
        else:
            git(other, "switch", "--quiet", "--orphan", "gh-pages")
    for name, text in files.items():
        write(other, name, text)
    git(other, "add", "--all")
    git(other, "commit", "--quiet", "-m", "by hand")
    git(other, "push", "--quiet", "origin", "gh-pages")


def test_the_first_deploy_makes_the_branch(project: Project, remote: Path, git: Git, site: Path):
    changes = deploy(project, site)
    assert str(changes) == "3 added"
    assert published(git, remote) == [".nojekyll", "feeds/all.atom", "index.html"]
    assert git(remote, "log", "-1", "--format=%an %s", "gh-pages") == "Ada Publish: 3 added\n"


def test_a_deploy_is_one_commit_on_top_of_the_one_before(
    project: Project, remote: Path, git: Git, site: Path
):
    deploy(project, site)
    first = commits(git, remote)
    write(site, "index.html", "<p>two</p>")
    write(site, "new.html", "<p>new</p>")
    (site / "feeds/all.atom").unlink()
    changes = deploy(project, site)
    assert (changes.added, changes.changed, changes.deleted) == (
        ("new.html",),
        ("index.html",),
        ("feeds/all.atom",),
    )
    assert commits(git, remote)[1:] == first
    assert commits(git, remote) == commits(git, project.root)


def test_where_nothing_changed_there_is_no_commit(
    project: Project, remote: Path, git: Git, site: Path
):
    deploy(project, site)
    before = commits(git, remote)
    assert not deploy(project, site)
    assert commits(git, remote) == before


def test_the_name_of_the_site_is_kept(
    project: Project, remote: Path, git: Git, site: Path, tmp_path: Path
):
    someone_else(git, remote, tmp_path, {"CNAME": "blog.example.org\n"})
    deploy(project, site)
    assert git(remote, "show", "gh-pages:CNAME") == "blog.example.org\n"
    assert ".nojekyll" in published(git, remote)


def test_a_name_that_the_build_brings_wins(
    project: Project, remote: Path, git: Git, site: Path, tmp_path: Path
):
    someone_else(git, remote, tmp_path, {"CNAME": "old.example.org\n"})
    write(site, "CNAME", "new.example.org\n")
    deploy(project, site)
    assert git(remote, "show", "gh-pages:CNAME") == "new.example.org\n"


def test_what_was_published_elsewhere_is_built_upon(
    project: Project, remote: Path, git: Git, site: Path, tmp_path: Path
):
    deploy(project, site)
    someone_else(git, remote, tmp_path, {"more.html": "<p>more</p>"})
    before = commits(git, remote)
    assert deploy(project, site).deleted == ("more.html",)
    assert commits(git, remote)[1:] == before


def test_files_with_odd_names_and_bytes_arrive_as_they_are(
    project: Project, remote: Path, git: Git, site: Path
):
    write(site, "tag/c++ é.html", "<p>C++</p>")
    (site / "picture.png").write_bytes(bytes(range(256)))
    deploy(project, site)
    assert not deploy(project, site)
    raw = subprocess.run(
        ["git", "show", "gh-pages:picture.png"], cwd=remote, capture_output=True, check=True
    )
    assert raw.stdout == bytes(range(256))


def test_the_branch_that_is_checked_out_is_never_the_target(
    project: Project, remote: Path, git: Git, site: Path
):
    before = commits(git, remote, "main")
    with pytest.raises(WorkshopError, match="main is the branch that is checked out here"):
        deploy(project, site, Target(branch="main"))
    assert commits(git, remote, "main") == commits(git, project.root, "main") == before


def test_a_branch_of_sources_there_is_never_the_target(
    project: Project, remote: Path, git: Git, site: Path
):
    git(project.root, "push", "--quiet", "origin", "main:gh-pages")
    with pytest.raises(WorkshopError, match=r"gh-pages at origin holds pelicanconf\.py"):
        deploy(project, site)
    assert commits(git, remote) == commits(git, remote, "main")


def test_a_branch_of_sources_here_is_never_the_target(
    project: Project, remote: Path, git: Git, site: Path
):
    git(project.root, "branch", "gh-pages")
    with pytest.raises(WorkshopError, match=r"gh-pages here holds pelicanconf\.py"):
        deploy(project, site)
    assert commits(git, project.root) == commits(git, project.root, "main")
    assert "gh-pages" not in git(remote, "branch")


def test_commits_that_were_never_pushed_are_not_lost(
    project: Project, remote: Path, git: Git, site: Path
):
    deploy(project, site)
    there = commits(git, remote)
    tree = git(project.root, "rev-parse", "gh-pages^{tree}").strip()
    own = git(project.root, "commit-tree", tree, "-p", "gh-pages", "-m", "by hand").strip()
    git(project.root, "update-ref", "refs/heads/gh-pages", own)
    with pytest.raises(WorkshopError, match="has commits here that origin has not"):
        deploy(project, site)
    assert commits(git, project.root)[0] == own
    assert commits(git, remote) == there


def test_a_push_that_comes_second_is_refused_and_can_be_repeated(
    project: Project, remote: Path, git: Git, site: Path, tmp_path: Path
):
    deploy(project, site)
    here = commits(git, project.root)
    base = gh_pages.prepare(project.root, PAGES)
    someone_else(git, remote, tmp_path, {"more.html": "<p>more</p>"})
    theirs = commits(git, remote)
    write(site, "index.html", "<p>two</p>")
    with pytest.raises(WorkshopError, match="somebody else has just published") as caught:
        gh_pages.deploy(project.root, PAGES, base, site, "second")
    assert "\n" not in str(caught.value)
    assert commits(git, remote) == theirs
    assert commits(git, project.root) == here
    deploy(project, site)
    assert commits(git, remote)[1:] == theirs


def test_a_push_that_the_remote_s_rules_refuse_leaves_all_as_it_was(
    project: Project, remote: Path, git: Git, site: Path
):
    hook = write(remote, "hooks/pre-receive", "#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(WorkshopError, match=r"did not take the push: .*pre-receive hook declined"):
        deploy(project, site)
    assert "gh-pages" not in git(project.root, "branch")
    hook.unlink()
    assert deploy(project, site)


def test_a_push_that_is_cut_at_any_moment_leaves_the_branch_here_as_it_was(
    project: Project, remote: Path, git: Git, site: Path, tmp_path: Path
):
    deploy(project, site)
    here = commits(git, project.root)
    seen = tmp_path / "seen"
    show = (
        f"env -i PATH=$PATH git -C {project.root} for-each-ref --format='%(objectname) %(refname)'"
    )
    hook = write(remote, "hooks/pre-receive", f"#!/bin/sh\n{show} refs/heads >{seen}\n")
    hook.chmod(0o755)
    write(site, "index.html", "<p>two</p>")
    deploy(project, site)
    main = commits(git, project.root, "main")[0]
    assert seen.read_text() == f"{here[0]} refs/heads/gh-pages\n{main} refs/heads/main\n"
    assert commits(git, project.root)[1:] == here


def test_a_remote_that_says_nothing_is_not_waited_for_without_end(
    project: Project, remote: Path, git: Git, site: Path, monkeypatch: pytest.MonkeyPatch
):
    git(project.root, "config", "remote.origin.uploadpack", "sleep 30;")
    monkeypatch.setattr(gh_pages, "_PATIENCE", 1)
    with pytest.raises(WorkshopError, match="origin cannot be reached: no answer within 1 s; chec"):
        deploy(project, site)


def test_without_a_remote_the_cure_is_told(project: Project, git: Git, site: Path):
    git(project.root, "init", "--quiet")
    with pytest.raises(WorkshopError, match="no git remote origin; add it: git remote add origin"):
        deploy(project, site)


def test_a_remote_that_cannot_be_reached_is_told(
    project: Project, remote: Path, site: Path, git: Git
):
    remote.rename(remote.with_name("away"))
    with pytest.raises(WorkshopError, match=r"origin cannot be reached: .*does not appear to be"):
        deploy(project, site)


def test_without_a_repository_the_cure_is_told(project: Project, git: Git, site: Path):
    with pytest.raises(WorkshopError, match="is not a git repository; make it one: git init"):
        deploy(project, site)


def test_a_detached_head_is_refused(project: Project, remote: Path, git: Git, site: Path):
    git(project.root, "switch", "--quiet", "--detach")
    with pytest.raises(WorkshopError, match="detached head"):
        deploy(project, site)


def test_without_an_identity_the_cure_is_told(
    project: Project, remote: Path, git: Git, site: Path, monkeypatch: pytest.MonkeyPatch
):
    git(project.root, "config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    with pytest.raises(WorkshopError, match="git does not know who you are"):
        deploy(project, site)
    assert "gh-pages" not in git(project.root, "branch")


def test_a_branch_that_the_remote_dropped_is_not_built_upon(
    project: Project, remote: Path, git: Git, site: Path
):
    deploy(project, site)
    git(remote, "branch", "-D", "gh-pages")
    git(project.root, "branch", "-D", "gh-pages")
    assert str(deploy(project, site)) == "3 added"
    assert len(commits(git, remote)) == 1


def test_another_remote_and_branch_can_be_named(
    project: Project, remote: Path, git: Git, site: Path
):
    git(project.root, "remote", "rename", "origin", "web")
    deploy(project, site, Target(remote="web", branch="pages"))
    assert "index.html" in published(git, remote, "pages")
