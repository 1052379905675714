"""What FTP servers say of a folder."""

from __future__ import annotations

import pytest

from deploy.transport import Entry
from deploy.transports.ftp_listing import parse_list

LISTING = b"""total 12\r
drwxr-xr-x   2 ada      users        4096 Nov 22 10:00 posts\r
-rw-r--r--+  1 Ada Lovelace Domain Users 12 Nov 22  2025 a b.html\r
lrwxrwxrwx   1 0 0 5 Nov 22 10:00 link -> posts\r
srwxrwxrwx   1 ada users 0 Nov 22 10:00 socket\r
crw-rw-rw-   1 root root 1, 3 Nov 22 10:00 null\r
\r
"""


def test_owners_may_have_spaces_and_what_is_no_file_is_something():
    assert parse_list(LISTING) == {
        "posts": Entry(kind="folder", size=4096),
        "a b.html": Entry(kind="file", size=12),
        "link": Entry(kind="other", size=5),
        "socket": Entry(kind="other", size=0),
        "null": Entry(kind="other", size=3),
    }


def test_a_line_that_is_not_understood_is_not_overlooked():
    line = "11-22-26  10:00AM       <DIR>          posts"
    with pytest.raises(ValueError, match="a listing that is not understood: '11-22-26"):
        parse_list(f"total 1\r\n{line}\r\n".encode())
