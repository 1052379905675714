"""A run records what is new or edited, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from .conftest import Site

TWO = (" session=a\n$ echo a", " session=b\n$ echo b")


def test_a_new_post_is_recorded(site: Site) -> None:
    site.post("\n$ echo hello; ls /nope\nhello\n...\n[2]")
    done = site.run("run")
    assert (done.status, done.out) == (0, "")
    assert done.sessions == ["content/post.md main"]
    recording = site.text("content/post.recording").split("\n\n")
    assert recording[2] == (
        "$ echo hello; ls /nope\n| hello\n"
        "| ls: cannot access '/nope': No such file or directory\n[2]"
    )
    assert site.files() == ["post.md", "post.recording"]


def test_a_recording_says_where_and_when_it_ran(site: Site) -> None:
    site.post("\n$ ls | sort | head -1")
    site.run("run")
    head = site.text("content/post.recording").split("\n\n")[1].splitlines()
    assert head[:2] == ["session main", "environment sandbox"]
    assert head[3] == f"ran {datetime.now(UTC).date().isoformat()}"
    assert head[4].startswith("kernel Linux ")
    assert head[5] == "filesystem tmpfs"
    assert [line.split()[1] for line in head[6:]] == ["bash", "coreutils"]


def test_a_post_without_live_blocks_gets_no_recording(site: Site) -> None:
    site.write("content/post.md", "Title: A\n\n```console\n$ echo hi\n```\n")
    assert site.run("run").status == 0
    assert site.files() == ["post.md"]


def test_editing_prose_runs_nothing(site: Site) -> None:
    post = site.post(*TWO)
    site.run("run")
    before = (site.root / "content/post.recording").stat()
    site.write("content/post.md", f"Title: Another\n\nA first line.\n\n{post.read_text()}\nMore.\n")
    done = site.run("run")
    after = (site.root / "content/post.recording").stat()
    assert (done.status, done.said) == (0, "")
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_editing_a_claim_runs_nothing(site: Site) -> None:
    site.post("\n$ echo a")
    site.run("run")
    site.post("\n$ echo a\na")
    done = site.run("run")
    assert (done.status, done.said) == (0, "")


def test_editing_one_command_runs_its_session_and_no_other(site: Site) -> None:
    site.post(*TWO)
    site.post("\n$ echo other", name="other")
    site.run("run")
    before = site.text("content/post.recording")
    site.edit("content/post.md", "$ echo b", "$ echo B")
    done = site.run("run")
    assert done.status == 0
    assert done.sessions == ["content/post.md b"]
    a, b = (
        text.partition("\n\nsession b\n") for text in (before, site.text("content/post.recording"))
    )
    assert a[0] == b[0]
    assert "$ echo B\n| B\n" in b[2]


def test_a_session_that_is_gone_leaves_the_recording(site: Site) -> None:
    site.post(*TWO)
    site.run("run")
    site.post(TWO[0])
    site.post(TWO[0], " session=b\n$ echo c")
    assert site.run("run").sessions == ["content/post.md b"]
    site.post(" session=b\n$ echo c")
    site.run("run", "--all")
    assert "session a" not in site.text("content/post.recording")


def test_only_the_posts_that_are_named_run(site: Site) -> None:
    site.post("\n$ echo a", name="a")
    site.post("\n$ echo b", name="b")
    assert site.run("run", "content/b.md").sessions == ["content/b.md main"]
    assert site.files() == ["a.md", "b.md", "b.recording"]


def test_a_world_that_did_not_change_renews_only_the_provenance(site: Site) -> None:
    site.post('placeholder="[0-9]{9}"\n$ echo always; date +%N')
    site.edit("content/post.md", "runplaceholder", "run placeholder")
    site.run("run")
    today = datetime.now(UTC).date().isoformat()
    site.edit("content/post.recording", f"ran {today}", "ran 2009-03-08")
    site.edit("content/post.recording", "package bash", "package dash")
    before = site.text("content/post.recording")
    done = site.run("run", "--all")
    renewed = before.replace("ran 2009-03-08", f"ran {today}").replace("dash", "bash")
    assert done.status == 0
    assert done.sessions == ["content/post.md main"]
    assert site.text("content/post.recording") == renewed
    assert site.files() == ["post.md", "post.recording"]


def test_a_session_keeps_its_files_directory_and_variables(site: Site) -> None:
    site.write(
        "content/post.md",
        "Title: A\n\n```console run\n$ mkdir d; cd d; x=1\n```\n\n"
        "```sh file=hi.sh\necho hi $1\n```\n\n"
        "```console run\n$ pwd; sh hi.sh $x\n/home/reader/d\nhi 1\n```\n",
    )
    assert site.run("run").status == 0


def test_an_environment_is_the_one_that_is_named(site: Site) -> None:
    site.write(
        "pelicanconf.py",
        'PATH = "content"\nTRANSCRIPTS_ENVIRONMENTS = {\n    "here": {},\n'
        '    "tokyo": {"timezone": "Asia/Tokyo", "host": "sakura",'
        ' "limits": {"processes": 40}},\n}\n',
    )
    site.write(
        "content/post.md",
        "Title: A\nEnvironment: tokyo\n\n```console run\n$ date +%Z; hostname; ulimit -u\n"
        "JST\nsakura\n40\n```\n",
    )
    assert site.run("run").status == 0
    site.edit("pelicanconf.py", "sakura", "ume")
    done = site.run("run")
    assert done.sessions == ["content/post.md main"]
    assert done.status == 1
    assert "-sakura\n" in done.out
    assert "+ume\n" in done.out


def test_a_log_has_one_line_for_each_session(site: Site) -> None:
    site.post(*TWO)
    lines = site.run("run").err.splitlines()
    assert [line.split(": ran 1 command, ")[0][:5] for line in lines] == ["[1/2]", "[2/2]"]
    assert all(line.endswith(" s") for line in lines)


def test_a_page_in_a_directory_has_its_recording_beside_it(site: Site) -> None:
    site.post("\n$ echo a", name="pages/deep/about")
    site.run("run")
    assert site.exists("content/pages/deep/about.recording")


def test_verify_runs_nothing_and_writes_nothing(site: Site) -> None:
    site.post("\n$ echo a")
    done = site.run("verify")
    assert done.status == 1
    assert done.out == (
        "content/post.md:4: session 'main' is not recorded; record it with 'invoke build'\n"
    )
    assert done.err == ""
    assert site.files() == ["post.md"]
