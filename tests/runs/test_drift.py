"""What changed in the world is found, shown and taken; what did not change is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import ENGINE, FRONT, Done, Site

TOOL = "/usr/bin/tsort"


@pytest.fixture
def changed(site: Site) -> Site:
    """A site whose recording says what the world no longer does."""
    site.post("\n$ echo first", "\n$ echo one\n$ echo new; echo same", name="post")
    site.post("\n$ echo other", name="other")
    site.run("run")
    site.edit("content/post.recording", "| new\n", "| old\n")
    return site


def test_check_of_an_unchanged_world_finds_nothing(site: Site) -> None:
    site.post("\n$ echo a")
    site.run("run")
    before = (site.root / "content/post.recording").stat().st_mtime_ns
    done = site.run("check")
    assert (done.status, done.out) == (0, "")
    assert done.sessions == ["content/post.md main"]
    assert site.files() == ["post.md", "post.recording"]
    assert (site.root / "content/post.recording").stat().st_mtime_ns == before


def test_check_finds_a_tool_that_changed(site: Site) -> None:
    site.post(f"\n$ {Path(TOOL).name}")

    def with_version(number: int, *arguments: str) -> Done:
        tool = site.write(f"tool{number}", f"#!/bin/sh\necho 'version {number}'\n")
        tool.chmod(0o755)
        return site.confined("replaced", TOOL, str(tool), *ENGINE, *arguments)

    assert with_version(1, "run").status == 0
    before = site.text("content/post.recording")
    done = with_version(2, "check")
    assert done.status == 1
    assert done.out == (
        f"content/post.md:5: '{Path(TOOL).name}' prints something else than recorded;"
        " take it with 'invoke accept'\n"
        "    -version 1\n    +version 2\n"
    )
    assert site.text("content/post.recording") == before
    assert "| version 2\n" in site.text("content/post.recording.new")
    assert site.run("accept").status == 0
    assert with_version(2, "check").status == 0
    assert with_version(1, "run").status == 0
    assert with_version(1, "run", "--all").status == 1


def test_check_shows_a_diff_at_its_line_and_changes_no_recording(changed: Site) -> None:
    before = changed.text("content/post.recording")
    done = changed.run("check")
    assert done.status == 1
    assert done.out == (
        "content/post.md:10: 'echo new; echo same' prints something else than recorded;"
        " take it with 'invoke accept'\n"
        "    -old\n    +new\n     same\n"
    )
    assert changed.text("content/post.recording") == before
    assert changed.files() == [
        "other.md",
        "other.recording",
        "post.md",
        "post.recording",
        "post.recording.new",
    ]


def test_running_all_keeps_the_recording_too_where_the_world_changed(changed: Site) -> None:
    before = changed.text("content/post.recording")
    done = changed.run("run", "--all")
    assert done.status == 1
    assert changed.text("content/post.recording") == before
    assert "| new\n" in changed.text("content/post.recording.new")


def test_what_is_pending_is_told_by_each_later_run(changed: Site) -> None:
    changed.run("check")
    for command in ("run", "verify"):
        done = changed.run(command)
        assert done.status == 1
        assert "content/post.recording.new:1: a changed recording is pending" in done.out


def test_accept_takes_what_is_pending_and_shows_it(changed: Site) -> None:
    changed.run("check")
    done = changed.run("accept")
    assert (done.status, done.out) == (0, "")
    assert "content/post.md:10: accepted: " in done.err
    assert "    -old\n    +new\n" in done.err
    assert "| new\n| same\n" in changed.text("content/post.recording")
    assert not changed.exists("content/post.recording.new")
    assert changed.run("verify").said == ""
    assert changed.run("check").status == 0


def test_accept_of_a_named_post_leaves_others_pending(changed: Site) -> None:
    changed.edit("content/other.recording", "| other\n", "| else\n")
    changed.run("check")
    assert changed.run("accept", "content/other.md").status == 0
    assert changed.exists("content/post.recording.new")
    assert not changed.exists("content/other.recording.new")


def test_accept_with_nothing_pending_says_so(site: Site) -> None:
    site.post("\n$ echo a")
    site.run("run")
    done = site.run("accept")
    assert (done.status, done.said) == (0, "nothing is pending\n")


def test_accept_does_not_take_what_the_post_no_longer_says(changed: Site) -> None:
    changed.run("check")
    before = changed.text("content/post.recording")
    changed.edit("content/post.md", "echo new", "echo newer")
    changed.run("accept")
    assert changed.text("content/post.recording") == before


def test_a_changed_recording_is_no_longer_pending_when_the_world_is_as_before(
    changed: Site,
) -> None:
    changed.run("check")
    changed.edit("content/post.recording", "| old\n", "| new\n")
    assert changed.run("check").status == 0
    assert not changed.exists("content/post.recording.new")


def test_an_exit_status_that_changed_is_drift(site: Site) -> None:
    site.post(" exit=any\n$ echo a; (exit 3)")
    site.run("run")
    site.edit("content/post.recording", "[3]", "[4]")
    done = site.run("check")
    assert done.status == 1
    assert (
        "content/post.md:5: 'echo a; (exit 3)' ends with exit status 3, recorded was 4" in done.out
    )


def test_a_figure_that_changed_is_drift(site: Site) -> None:
    site.post(' figure=f.svg alt="A line"\n$ echo "<svg/>" >f.svg')
    site.run("run")
    site.edit("content/post.recording", "| <svg/>", "| <svg></svg>")
    done = site.run("check")
    assert done.status == 1
    assert "content/post.md:4: figure f.svg is not as recorded\n    -<svg></svg>\n" in done.out


def test_what_a_placeholder_matches_is_never_drift(site: Site) -> None:
    site.post(' placeholder="[0-9]+"\n$ echo took $(date +%N)')
    site.run("run")
    before = site.text("content/post.recording")
    assert site.run("check").status == 0
    assert site.text("content/post.recording") == before


# --- Claims -----------------------------------------------------------------------------


def test_a_wrong_claim_is_drift_with_its_line(site: Site) -> None:
    site.post("\n$ echo a; echo b\na\nc")
    done = site.run("run")
    assert done.status == 1
    assert done.out == (
        "content/post.md:6: 'echo a; echo b' printed something else; mend the claim,"
        " or take what was seen with 'invoke accept'\n     a\n    -c\n    +b\n"
    )
    assert site.exists("content/post.recording")


def test_accept_corrects_a_wrong_claim_and_nothing_else_of_the_post(site: Site) -> None:
    before = (
        "Title: A post\nDate: 2009-03-08\n\n  Prose with *marks*,\ttabs and trailing blanks.  \n\n"
        "```console run\n$ echo a; echo 17; echo b\na\n{{…}}7\nWRONG\n$ echo right\nright\n"
        "$ echo c; (exit 3)\nc\n\n[4]\n\n```\n\n"
        "```console run exit=any\n$ (exit 4)\n```\n\n"
        "~~~console\n$ echo a\nnever run\n~~~\n\nThe end, without a newline"
    )
    post = site.write("content/post.md", before)
    assert site.run("run").status == 1
    done = site.run("accept")
    assert done.status == 0
    expected = before.replace("\nWRONG\n", "\nb\n").replace("c\n\n[4]\n", "c\n[3]\n")
    assert post.read_text() == expected
    assert "content/post.md:8: accepted: " in done.err
    assert "    -WRONG\n    +b\n" in done.err
    assert site.run("verify").said == ""


def test_accept_does_not_excuse_a_failure_that_nobody_claims(site: Site) -> None:
    post = site.post("\n$ (exit 3)")
    before = post.read_bytes()
    site.run("run")
    assert site.run("accept").status == 1
    assert post.read_bytes() == before


def test_accept_corrects_a_claimed_status_where_any_is_allowed(site: Site) -> None:
    post = site.post(" exit=any\n$ (exit 3)\n[4]")
    assert site.run("run").status == 1
    assert site.run("accept").status == 0
    assert "$ (exit 3)\n[3]\n" in post.read_text()


def test_accept_writes_output_that_looks_like_syntax_so_that_it_is_none(site: Site) -> None:
    awkward = ["> a", "$ b", "# c", "```", "~~~", "...", ">", "[7]"]
    printed = "".join(f"{line}\\n" for line in awkward)
    site.post(f"\n$ printf '{printed}'\nwrong", "\n$ echo next")
    assert site.run("run").status == 1
    assert site.run("accept").status == 0
    done = site.run("run")
    assert (done.status, done.said) == (0, "")
    assert "\n# c\n" in site.text("content/post.md")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_accept_keeps_the_line_ends_of_the_post(site: Site, end: str) -> None:
    text = f"{FRONT}```console run\n$ echo a\nb\n```\n".replace("\n", end)
    post = site.write("content/post.md", text)
    site.run("run")
    assert site.run("accept").status == 0
    assert post.read_bytes().decode() == text.replace(f"{end}b{end}", f"{end}a{end}")


def test_accept_keeps_the_mode_and_the_mark_of_the_post(site: Site) -> None:
    post = site.write("content/post.md", f"\ufeff{FRONT}```console run\n$ echo a\nb\n```\n")
    post.chmod(0o640)
    site.run("run")
    site.run("accept")
    assert post.stat().st_mode & 0o777 == 0o640
    assert post.read_text() == f"\ufeff{FRONT}```console run\n$ echo a\na\n```\n"


def test_a_failure_without_a_claim_is_an_error_of_the_post(site: Site) -> None:
    site.post("\n$ nosuchcommand")
    done = site.run("run")
    assert done.status == 1
    assert done.out.startswith(
        "content/post.md:5: 'nosuchcommand' ended with exit status 127, not 0;"
        " mend the command, or claim [127] after its output\n"
    )
    assert "    +bash: nosuchcommand: command not found\n" in done.out


def test_a_timeout_is_an_error_that_no_claim_excuses(site: Site) -> None:
    site.post(" timeout=200ms exit=any\n$ echo before; sleep 600\n$ echo after")
    done = site.run("run")
    assert done.status == 1
    assert done.out == (
        "content/post.md:5: 'echo before; sleep 600': timed out after 0.2 s;"
        " mend the command, or give its block more time with timeout=\n    +before\n"
    )
    recording = site.text("content/post.recording")
    assert "! timed out after 0.2 s\n[137] failed\n" in recording
    assert "$ echo after\n| after\n[0]\n" in recording
    assert site.run("accept").status == 1


# --- Then and now -----------------------------------------------------------------------


def test_history_that_no_longer_holds_is_no_drift(site: Site) -> None:
    site.post(" then=2009-03-08\n$ echo now\nthen\n$ false\n[3]")
    site.edit("content/post.md", "$ false\n", "$ (exit 5)\n")
    assert site.run("run").said.count("content/post.md:") == 0
    assert site.run("check").status == 0


def test_a_now_that_changed_is_drift(site: Site) -> None:
    site.post(" then=2009-03-08\n$ echo now\nthen")
    site.run("run")
    site.edit("content/post.recording", "| now\n", "| before\n")
    done = site.run("check")
    assert done.status == 1
    assert "    -before\n    +now\n" in done.out


def test_accept_leaves_history_as_it_was(site: Site) -> None:
    post = site.post(" then=2009-03-08\n$ echo now\nthen")
    before = post.read_bytes()
    site.run("run")
    site.run("accept")
    assert post.read_bytes() == before


def test_what_is_pending_is_told_whatever_else_runs(changed: Site) -> None:
    changed.run("check")
    changed.post("\n$ echo new", name="third")
    done = changed.run("run")
    assert done.status == 1
    assert done.out.startswith("content/post.recording.new:1: a changed recording is pending")


def test_check_says_when_all_holds(site: Site) -> None:
    site.post("\n$ echo a")
    site.run("run")
    assert site.run("check").err.endswith("all holds\n")
