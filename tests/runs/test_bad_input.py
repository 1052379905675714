"""Whatever goes wrong is one clear line with its place and its remedy, and loses nothing."""

from __future__ import annotations

import pytest

from .conftest import ENGINE, FRONT, Done, Site


def _one_line(done: Done, status: int) -> str:
    """What a command said besides its progress: just one line."""
    assert done.status == status, done
    assert "Traceback" not in done.said
    lines = [line for line in done.said.splitlines() if not line.startswith("[")]
    assert len(lines) == 1, lines
    return lines[0]


# --- Posts ------------------------------------------------------------------------------

POSTS = {
    "unknown option": ("```console run tiemout=3s\n$ a\n```\n", 4, "unknown option 'tiemout'"),
    "unclosed block": ("text\n\n```console run\n$ a\n", 6, "block is not closed; end it with"),
    "output first": ("```console run\na\n```\n", 5, "block does not begin with a command;"),
    "unknown session": (
        "```sh file=a session=b\n```\n\n```console run\n$ a\n```\n",
        4,
        "no live block has session 'b'",
    ),
    "root": ("```console run\n# a\n```\n", 5, "'# ' is a prompt of root"),
}


@pytest.mark.parametrize(("text", "line", "said"), POSTS.values(), ids=POSTS)
def test_a_post_that_cannot_be_understood_is_told_and_others_run(
    site: Site, text: str, line: int, said: str
) -> None:
    site.write("content/bad.md", FRONT + text)
    site.post("\n$ echo a", name="good")
    done = site.run("run")
    told = _one_line(done, 1)
    assert told.startswith(f"content/bad.md:{line}: {said}")
    assert site.files() == ["bad.md", "good.md", "good.recording"]


def test_an_unknown_environment_is_told_with_the_likely_one(site: Site) -> None:
    site.write("content/bad.md", "Title: A\nEnvironment: sandbocks\n\n```console run\n$ a\n```\n")
    told = _one_line(site.run("run"), 1)
    assert told == ("content/bad.md:2: unknown environment 'sandbocks'; did you mean 'sandbox'?")


def test_a_post_that_is_not_utf_8_is_told_with_its_line(site: Site) -> None:
    site.write("content/bad.md", b"Title: A\n\n\xe9t\xe9\n")
    site.post("\n$ echo a", name="good")
    told = _one_line(site.run("run"), 1)
    assert told == "content/bad.md:3: not UTF-8: byte 0xe9; save the file as UTF-8"
    assert site.exists("content/good.recording")


def test_a_recording_without_its_post_is_noted_where_all_posts_run(site: Site) -> None:
    site.post("\n$ echo a", name="old")
    site.run("run")
    (site.root / "content/old.md").rename(site.root / "content/new.md")
    done = site.run("run")
    note = "content/old.recording: there is no post of this name; rename or delete it"
    assert done.status == 0
    assert done.err.splitlines()[0] == note
    assert note in site.run("check").err
    assert "no post of this name" not in site.run("run", "content/new.md").said
    assert site.exists("content/old.recording")


# --- What a session makes ---------------------------------------------------------------

FIGURES = {
    "not made": ("true", "f.svg", "no such file or directory"),
    "outside": ("true", "/usr/share/f.svg", "no such file or directory"),
    "outside by dots": ("true", "../../../etc/f.svg", "invalid cross-device link"),
    "a symbolic link": ("ln -s /etc/hostname f.svg", "f.svg", "too many levels of symbolic links"),
    "a hard link": ("touch a; ln a f.svg", "f.svg", "it has more than one name"),
    "a directory": ("mkdir f.svg", "f.svg", "it is no regular file"),
    "a pipe": ("mkfifo f.svg", "f.svg", "it is no regular file"),
    "too large": ("head -c 5M /dev/zero >f.svg", "f.svg", "it has 5242880 bytes, more than"),
}


@pytest.mark.parametrize(("command", "path", "said"), FIGURES.values(), ids=FIGURES)
def test_a_figure_that_cannot_be_taken_out_is_told_and_others_run(
    site: Site, command: str, path: str, said: str
) -> None:
    site.post(f' figure={path} alt="A line"\n$ {command}', " session=b\n$ echo b")
    done = site.run("run")
    assert done.status == 1
    assert done.out.startswith(f"content/post.md:4: figure {path}: {said}")
    assert done.out.splitlines()[0].endswith("; mend the path or the command")
    assert "session b\n" in site.text("content/post.recording")
    assert "session main\n" not in site.text("content/post.recording")


def test_a_file_that_cannot_be_written_is_told(site: Site) -> None:
    site.write("content/post.md", FRONT + "```sh file=/etc/x\n```\n\n```console run\n$ echo\n```\n")
    done = site.run("run")
    assert done.status == 1
    assert done.out.startswith("content/post.md:4: /etc/x: bash: /etc/x: Read-only file system; ")


_AFTER = FRONT + "```console run exit=any\n$ {}\n```\n\n```sh file=/etc/x\n```\n"


def test_a_file_that_cannot_be_written_is_told_with_the_command_that_failed_before(
    site: Site,
) -> None:
    site.write("content/post.md", _AFTER.format("cd /tpm"))
    told = _one_line(site.run("run"), 1)
    assert told.startswith("content/post.md:8: /etc/x: bash: /etc/x: Read-only file system; ")
    assert told.endswith(
        "; 'cd /tpm' of line 5 ended with exit status 1: bash: cd: /tpm: No such file or directory"
    )
    site.edit("content/post.md", "cd /tpm", "cd /tmp")
    assert _one_line(site.run("run"), 1).endswith("; mend the path or the command")


def test_a_file_that_cannot_be_taken_out_is_told_with_the_time_that_its_command_took(
    site: Site,
) -> None:
    site.post(" table=x.csv timeout=100ms\n$ sleep 60 && seq 3 >x.csv")
    assert _one_line(site.run("run"), 1).endswith(
        "; 'sleep 60 && seq 3 >x.csv' of line 5 failed: timed out after 0.1 s"
    )


@pytest.mark.parametrize("later", ["", "$ ls\n# id\n"], ids=["at once", "later"])
def test_a_file_that_comes_after_a_panic_is_told_with_the_panic(site: Site, later: str) -> None:
    site.write("pelicanconf.py", "TRANSCRIPTS_ENVIRONMENTS = {'m': {'runner': 'machine'}}\n")
    panic = "```console run\n# echo c > /proc/sysrq-trigger\n```\n"
    blocks = "".join(f"```console run\n{line}\n```\n" for line in later.splitlines())
    text = f"Title: A\n\n{panic}{blocks}```sh file=/tmp/x\n```\n"
    site.write("content/post.md", text)
    number = text.splitlines().index("```sh file=/tmp/x") + 1
    assert _one_line(site.run("run"), 1) == (
        f"content/post.md:{number}: /tmp/x: the sandbox had ended; mend the path or the command;"
        " 'echo c > /proc/sysrq-trigger' of line 4 failed: the machine ended:"
        " Kernel panic - not syncing: sysrq triggered crash"
    )


def test_a_session_that_fails_leaves_its_old_recording(site: Site) -> None:
    site.post("\n$ echo a")
    site.run("run")
    before = site.text("content/post.recording")
    site.edit("content/post.md", "run\n", 'run figure=f.svg alt="A line"\n')
    assert site.run("run").status == 1
    assert site.text("content/post.recording") == before


# --- Recordings -------------------------------------------------------------------------


def _cut(text: str) -> str:
    return text[: len(text) // 2]


RECORDINGS = {
    "cut": (_cut, "the last line, 'end', is missing"),
    "emptied": (lambda _: "", "does not begin with"),
    "conflict": (
        lambda text: text.replace("| a\n", "<<<<<<< HEAD\n| a\n=======\n| b\n>>>>>>> x\n"),
        "merge conflict; choose a side, or delete the file and run 'invoke build'",
    ),
    "status": (lambda text: text.replace("[0]", "[zero]"), "an exit status such as [0] belongs"),
    "day": (lambda text: text.replace("ran 2", "ran yesterday 2"), "is no day"),
    "more": (lambda text: f"{text}more\n", "goes on after 'end'"),
}


@pytest.mark.parametrize(("harm", "said"), RECORDINGS.values(), ids=RECORDINGS)
@pytest.mark.parametrize("command", ["run", "check", "verify", "accept"])
def test_a_broken_recording_is_told_and_not_overwritten(
    site: Site, harm: object, said: str, command: str
) -> None:
    site.post("\n$ echo a", name="bad")
    site.post("\n$ echo a", name="good")
    site.run("run")
    broken = harm(site.text("content/bad.recording"))  # type: ignore[operator]  # a function
    site.write("content/bad.recording", broken)
    done = site.run(command)
    assert done.status == 1
    assert done.out.startswith("content/bad.recording:")
    assert said in done.out
    assert done.out.count("\n") == 1
    assert site.text("content/bad.recording") == broken


def test_a_broken_pending_recording_is_told_by_its_own_name(site: Site) -> None:
    site.post("\n$ echo a")
    site.write("content/post.recording.new", "<<<<<<< HEAD\n")
    assert _one_line(site.run("run"), 1).startswith("content/post.recording.new:1: merge conflict")


# --- Settings ---------------------------------------------------------------------------

SETTINGS_FILES = {
    "syntax": ("a = \n", "pelicanconf.py:1: invalid syntax; mend the line"),
    "error": ("a = 1\nb = 1 / 0\n", "pelicanconf.py:2: ZeroDivisionError: division by zero; "),
    "import": ("import nosuchmodule\n", "pelicanconf.py:1: ModuleNotFoundError: No module named"),
    "unknown": ("TRANSCRIPTS_RNU = 'never'\n", "unknown setting TRANSCRIPTS_RNU; did you mean"),
    "run": ("TRANSCRIPTS_RUN = 'always'\n", "TRANSCRIPTS_RUN = 'always'; write 'missing' or"),
    "no directory": ("PATH = 'posts'\n", "posts: no such directory; name the posts' directory"),
    "limits": (
        "TRANSCRIPTS_ENVIRONMENTS = {'a': {'limits': {'memory': '1G'}}}\n",
        "TRANSCRIPTS_ENVIRONMENTS['a']['limits']['memory'] = '1G'; a value such as 2147483648",
    ),
    "runner": ("TRANSCRIPTS_ENVIRONMENTS = {'a': {'runner': 'x'}}\n", "TRANSCRIPTS_ENVIRONMENTS"),
    "columns": (
        "TRANSCRIPTS_ENVIRONMENTS = {'a': {'columns': 100000}}\n",
        "TRANSCRIPTS_ENVIRONMENTS['a']['columns'] = 100000; write a number from 1 to 1000",
    ),
}


@pytest.mark.parametrize(("text", "said"), SETTINGS_FILES.values(), ids=SETTINGS_FILES)
def test_wrong_settings_are_told(site: Site, text: str, said: str) -> None:
    site.write("pelicanconf.py", text)
    assert _one_line(site.run("run"), 2).startswith(said)


def test_missing_settings_are_told(site: Site) -> None:
    told = _one_line(site.run("--settings", "nope.py", "run"), 2)
    assert told.startswith("nope.py: cannot be read: No such file or directory; ")


def test_a_post_that_is_not_there_is_told(site: Site) -> None:
    told = _one_line(site.run("run", "content/nope.md"), 2)
    assert told == "content/nope.md: no such post; name a file below content/"


# --- The machine ------------------------------------------------------------------------


def test_a_missing_bubblewrap_is_told_with_its_cure(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.post("\n$ echo a", " session=b\n$ echo b")
    monkeypatch.setenv("PATH", str(site.root))
    told = _one_line(site.run("run"), 2)
    assert told == "bubblewrap is missing; install it with 'apt install bubblewrap'"
    assert site.files() == ["post.md"]


def test_forbidden_user_namespaces_are_told_with_their_cure(site: Site) -> None:
    site.post("\n$ echo a")
    told = _one_line(site.confined("no-namespaces", *ENGINE, "run"), 2)
    assert told.startswith("the sandbox could not be started: ")
    assert "allow them with 'sysctl user.max_user_namespaces=15000'" in told
    assert site.files() == ["post.md"]


def test_a_full_disk_is_told_and_loses_nothing(site: Site) -> None:
    site.post("\n$ echo a")
    site.run("run")
    site.post("\n$ seq 3000")
    done = site.confined("full-disk", "content", *ENGINE, "run")
    assert done.status == 2
    assert done.out == "filling post.md post.recording\n"
    told = done.err.splitlines()[-1]
    assert told == (
        "content/post.recording: cannot be written: no space left on device;"
        " free some space and run the command again"
    )
    assert "Traceback" not in done.err


def test_a_directory_that_cannot_be_written_is_told(site: Site) -> None:
    site.post("\n$ echo a")
    told = _one_line(site.confined("read-only", "content", *ENGINE, "run"), 2)
    assert told.startswith("content/post.recording: cannot be written: read-only file system; mend")
    assert site.files() == ["post.md"]


def test_too_few_descriptors_are_told(site: Site) -> None:
    site.post("\n$ echo a")
    process = site.start(args=["prlimit", "--nofile=16", *ENGINE, "run"])
    out, err = process.communicate()
    told = _one_line(Done(process.returncode, out, err), 2)
    assert told.startswith("the sandbox could not be started: Too many open files")


def test_two_posts_with_one_recording_are_told(site: Site) -> None:
    site.post("\n$ echo a", name="post")
    site.write("content/post.markdown", FRONT)
    assert _one_line(site.run("run"), 2) == (
        "content/post.md: has one recording with post.markdown; rename one of them"
    )


@pytest.mark.parametrize(
    ("command", "option", "problem"),
    [
        ("echo hello > x.svg", 'figure=x.svg alt="X"', "figure x.svg is no SVG picture"),
        ("echo hello > x.png", 'figure=x.png alt="X"', "figure x.png is no PNG picture"),
        ("touch x.csv", "table=x.csv", "table x.csv is empty"),
        ("printf 'a,b\\n1\\n' > x.csv", "table=x.csv", "table x.csv has rows of 2 and of 1 cells"),
        ("printf 'a\\n\"b' > x.csv", "table=x.csv", "table x.csv cannot be read"),
        ("echo '<svg/>' > x.svg; exit 0", 'figure=x.svg alt="X"', "figure x.svg: the session's"),
    ],
)
def test_a_file_that_no_page_can_show_is_told(
    site: Site, command: str, option: str, problem: str
) -> None:
    site.post(f" {option}\n$ {command}")
    assert _one_line(site.run("run"), 1).startswith(f"content/post.md:4: {problem}")


def test_what_failed_is_told_with_the_table_that_it_left_empty(site: Site) -> None:
    site.post(" table=x.csv\n$ nosuch > x.csv")
    assert _one_line(site.run("run"), 1).endswith(
        "; 'nosuch > x.csv' of line 5 ended with exit status 127: bash: nosuch: command not found"
    )


def test_a_post_is_named_within_the_content(site: Site) -> None:
    site.write("README.md", "# Read me\n")
    assert _one_line(site.run("check", "README.md"), 2) == (
        "README.md: no such post; name a file below content/"
    )


def test_a_program_that_the_author_may_not_see_is_no_error(site: Site) -> None:
    site.post(" exit=any\n$ /root/bin/tool\n$ /" + "a" * 300)
    assert site.run("run").status == 0
