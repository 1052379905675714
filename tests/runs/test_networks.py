"""A post that declares hosts, from its four lines of front matter to its recording."""

from __future__ import annotations

import re

from .conftest import Site

SETTINGS = """PATH = "content"
TRANSCRIPTS_ENVIRONMENTS = {"sandbox": {}, "lab": {"runner": "network"}}
"""
POST = """Title: A swarm
Date: 2009-03-08
Hosts: tracker
       seed      up=8mbit   down=8mbit delay=5ms
       peer[1-5] up=128kbit down=2mbit delay=30ms

```python file=/shared/serve.py
import socketserver

class Greet(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(f"hello {self.client_address[0]}\\n".encode())

socketserver.ThreadingTCPServer(("", 7000), Greet).serve_forever()
```

```console run
tracker$ python3 /shared/serve.py &
tracker$ while ! (: </dev/tcp/localhost/7000) 2>/dev/null; do :; done
peer[1-5]$ cat </dev/tcp/tracker/7000 | tee /shared/$HOSTNAME | tr -d 0-9.
5 hosts: hello
```

```console run
seed# tc qdisc show dev eth0 | cut -d' ' -f2,7-8
tbf rate 8Mbit
```

```console run table=peers.csv
$ (echo host,address; cd /shared; grep . peer* | sed 's/:hello /,/') >peers.csv
```
"""

ALONE = """Title: A host
Date: 2009-03-08
Environment: lab
Hosts: seed

```console run
seed$ echo one
one
```
"""


def test_what_a_slow_machine_recorded_is_taken_from_a_fast_one(site: Site) -> None:
    site.write("pelicanconf.py", SETTINGS)
    site.write("content/post.md", ALONE)
    site.run("run")
    recorded = site.text("content/post.recording")
    asleep = re.sub(r"(?m)^network .*", "network could not keep up: it was asleep", recorded)
    site.write("content/post.recording", asleep)
    for _ in range(5):  # this machine may be busy, too
        checked = site.run("check")
        if "kept up: " in site.text("content/post.recording.new"):
            break
    told = "content/post.md:6: this machine kept up now, which it had not in the recording"
    assert told in checked.said
    assert "asleep" not in checked.said
    assert checked.status == 1
    assert site.run("accept").status == 0
    assert "kept up: " in site.text("content/post.recording")


def test_a_post_with_hosts_is_recorded_with_the_word_on_its_links(site: Site) -> None:
    site.write("pelicanconf.py", SETTINGS)
    site.write("content/post.md", POST)
    done = site.run("run")
    # On a busy machine the word is another, and the run is drift; all else is the same.
    kept_up = "kept up: " in site.text("content/post.recording")
    assert done.status == (0 if kept_up else 1), done.said
    assert kept_up or done.said.count("could not keep up") == 1
    recording = site.text("content/post.recording")
    assert (
        "hosts tracker\nhosts seed up=8mbit down=8mbit delay=5ms\n"
        "hosts peer[1-5] up=128kbit down=2mbit delay=30ms\nnetwork " in recording
    )
    assert "\n| 5 hosts: hello\n" in recording
    assert re.search(
        r"^table text peers.csv\n\| host,address\n\| peer1,198\.18\.0\.3$", recording, re.MULTILINE
    )
    assert "environment lab\n" in recording


def test_editing_a_link_runs_the_session_again_and_prose_does_not(site: Site) -> None:
    site.write("pelicanconf.py", SETTINGS)
    site.write(
        "content/post.md", "Title: A\nHosts: one up=1mbit\n\n```console run\none$ true\n```\n"
    )
    assert site.run("run").sessions == ["content/post.md main"]
    site.edit("content/post.md", "Title: A", "Title: B")
    assert site.run("run").sessions == []
    site.edit("content/post.md", "up=1mbit", "up=2mbit")
    assert site.run("run").sessions == ["content/post.md main"]


def test_more_hosts_than_the_machine_carries_are_a_problem_of_the_post(site: Site) -> None:
    site.write("pelicanconf.py", SETTINGS)
    site.write(
        "content/post.md",
        "Title: A\nHosts: a[1-60000]\n       b\n\n```console run\nb$ true\n```\n",
    )
    done = site.run("run")
    assert done.status == 1
    assert re.search(
        r"^content/post.md:3: 60001 hosts need about 60001 MB of memory and 300 s to be made, and"
        r" this machine carries \d+; declare fewer$",
        done.said,
        re.MULTILINE,
    )
