"""What a build runs, what it refuses, and that no post is ever left out silently."""

from __future__ import annotations

from .conftest import Site, one

POST = "Title: A post\nDate: 2009-03-08\n\n```console run\n$ echo $((6 * 7))\n```\n"
WRONG = POST.replace("```\n", "wrong\n```\n").replace("```console run\nwrong", "```console run")


def test_a_plain_build_runs_what_is_new_and_nothing_the_second_time(site: Site) -> None:
    site.write("post.md", POST)
    first = site.build()
    assert first.status == 0, first.said
    assert "[1/1] content/post.md main: ran 1 command, " in first.said.replace(f"{site.root}/", "")
    assert site.files() == ["post.md", "post.recording"]
    assert "42" in site.text("2009/a-post/index.html")
    second = site.build()
    assert second.status == 0
    assert "[1/1]" not in second.said


def test_a_build_that_may_never_run_shows_what_is_not_recorded(site: Site) -> None:
    site.settings = 'TRANSCRIPTS_RUN = "never"\n'
    site.write("post.md", POST)
    built = site.build()
    assert built.status == 0
    assert "content/post.md:4: session 'main' is not recorded" in built.said
    assert site.files() == ["post.md"]
    figure = one(site.page("2009/a-post/index.html"), "figure.transcript.failed")
    assert figure is not None
    assert "session 'main' is not recorded" in figure.text()
    assert "echo $((6 * 7))" in figure.text()


def test_a_strict_build_stops_with_the_whole_list_and_writes_no_page(site: Site) -> None:
    site.settings = 'TRANSCRIPTS_RUN = "never"\nTRANSCRIPTS_STRICT = True\n'
    site.write("a.md", POST)
    site.write("b.md", POST.replace("console run", "console run tiemout=3s"))
    site.write("c.md", "Title: Without a date\n\nText.\n")
    site.write("d.md", b"Title: D\nDate: 2009-03-08\n\n\xe9\n")
    built = site.build()
    assert built.status == 1
    told = built.said.replace(f"{site.root}/", "")
    assert "content/a.md:4: session 'main' is not recorded" in told
    assert "content/b.md:4: unknown option 'tiemout'; did you mean 'timeout'?" in told
    assert "content/c.md:1: Pelican leaves this post out; " in told
    assert "content/d.md:4: not UTF-8: byte 0xe9; save the file as UTF-8" in told
    assert "Traceback" not in told
    assert site.pages() == []


def test_a_post_that_pelican_would_drop_is_told_and_fails_the_build(site: Site) -> None:
    site.write("good.md", POST)
    site.write("dateless.md", "Title: Without a date\n\nText.\n")
    site.write("latin.md", b"Title: Latin\nDate: 2009-03-08\n\n\xe9t\xe9\n")
    built = site.build()
    told = built.said.replace(f"{site.root}/", "")
    assert built.status == 1
    assert "content/dateless.md:1: Pelican leaves this post out; " in told
    assert "content/latin.md:4: not UTF-8: byte 0xe9" in told
    assert "2009/a-post/index.html" in site.pages()
    page = site.page("2009/latin/index.html")
    assert "\ufffdt\ufffd" in one(page, "main").text()
    assert one(page, ".problem").text().startswith("content/latin.md:4: not UTF-8")


def test_a_post_with_a_wrong_option_still_reads_as_one(site: Site) -> None:
    after = "\n## After\n\n```sh file=a.sh\necho 1\n```\n\n~~~console\n$ echo 2\n~~~\n"
    site.write("post.md", POST.replace("console run", "console run tiemout=3s") + after)
    assert site.build().status == 1
    page = site.page("2009/a-post/index.html")
    assert "unknown option 'tiemout'" in one(page, "main figure .problem").text()
    blocks = [block.text().strip() for block in page.css("main pre")]
    assert blocks == ["$ echo $((6 * 7))", "echo 1", "$ echo 2"]
    assert one(page, "main h2").text().startswith("After")


def test_a_draft_and_a_skipped_post_are_not_reported(site: Site) -> None:
    site.write("good.md", POST)
    site.write("draft.md", "Title: Draft\nDate: 2009-03-08\nStatus: draft\n\nText.\n")
    site.write("future.md", "Title: Future\nDate: 2999-03-08\n\nText.\n")
    site.write("skipped.md", "Title: Skipped\nDate: 2009-03-08\nStatus: skip\n\nText.\n")
    built = site.build()
    assert built.status == 0, built.said


def test_drift_is_shown_on_the_page_and_fails_the_build(site: Site) -> None:
    site.write("post.md", WRONG)
    built = site.build()
    assert built.status == 1
    assert "content/post.md:6: 'echo $((6 * 7))' printed something else" in built.said
    page = site.page("2009/a-post/index.html")
    assert "printed something else" in one(page, "figure .problem").text()
    assert "42" in one(page, "figure pre").text()


def test_a_broken_recording_keeps_the_post_on_the_site(site: Site) -> None:
    site.write("post.md", POST)
    assert site.build().status == 0
    site.write("post.recording", "<<<<<<< HEAD\n")
    built = site.build()
    assert built.status == 1
    assert "content/post.recording:1: merge conflict" in built.said
    assert "merge conflict" in site.text("2009/a-post/index.html")
    main = one(site.page("2009/a-post/index.html"), "main").text()
    assert main.count("echo $((6") == 1


def test_wrong_settings_stop_the_build_with_one_line(site: Site) -> None:
    site.settings = 'TRANSCRIPTS_RUN = "allways"\n'
    site.write("post.md", POST)
    built = site.build()
    assert built.status == 1
    assert built.said.strip() == "TRANSCRIPTS_RUN = 'allways'; write 'missing' or 'never'"


def test_a_link_publishes_no_file_from_outside_of_the_content(site: Site) -> None:
    (site.root / "secret.txt").write_text("secret")
    site.write("seen.txt", "seen")
    links = "[a]({attach}../secret.txt) [b]({static}../secret.txt) [c]({attach}seen.txt)"
    site.write("post.md", f"Title: A post\nDate: 2009-03-08\n\n{links}\n")
    built = site.build()
    assert built.status == 1
    assert (
        "secret.txt: lies outside of content/, and is not published; copy it into it" in built.said
    )
    texts = (path.name for path in site.root.rglob("*.txt"))
    found = sorted(name for name in texts if name != "robots.txt")
    assert found == ["secret.txt", "seen.txt", "seen.txt"]


def test_output_that_looks_like_a_link_of_ours_stays_as_it_is(site: Site) -> None:
    command = "printf 'transcripts-root:a \\357\\267\\220/b\\n'"
    site.write("post.md", f"Title: A\nDate: 2009-03-08\n\n```console run\n$ {command}\n```\n")
    assert site.build().status == 0
    (page,) = (p for p in site.root.rglob("index.html") if p.parent.name == "a")
    assert "<span>transcripts-root:a \ufffd/b</span>" in page.read_text()


def test_a_plain_build_says_why_a_session_is_not_recorded(site: Site) -> None:
    block = '```console run figure=no.svg alt="No"\n$ true\n```\n'
    site.write("post.md", f"Title: A\nDate: 2009-03-08\n\n{block}")
    built = site.build()
    assert built.status == 1
    assert "content/post.md:4: figure no.svg: no such file or directory" in built.said
