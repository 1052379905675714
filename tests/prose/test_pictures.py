"""What pictures say before they come: their sizes, and which of them can wait."""

import struct
from pathlib import Path
from zlib import crc32

import pytest
from PIL import Image

from prose.pictures import below_content, with_sizes
from prose.sizes import read_size

SVG = '<svg xmlns="http://www.w3.org/2000/svg" {}><path d="'


def _size(address: str) -> tuple[int, int] | None:
    return {"a.png": (60, 40), "a b.png": (3, 2)}.get(address)


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ('<img alt="A" src="a.png">', '<img alt="A" src="a.png" width="60" height="40">'),
        ("<IMG src='a.png' />", '<img src=\'a.png\' width="60" height="40" />'),
        ('<img alt="a>b" src=a.png>', '<img alt="a>b" src=a.png width="60" height="40">'),
        ('<img src="a&#32;b.png">', '<img src="a&#32;b.png" width="3" height="2">'),
        ('<img src="a.png" width="30">', '<img src="a.png" width="30" height="20">'),
        ('<img height="20" src="a.png">', '<img height="20" src="a.png" width="30">'),
        ('<img src="a.png" width="50%">', '<img src="a.png" width="50%">'),
        ('<img src="a.png" width="1" height="1">', '<img src="a.png" width="1" height="1">'),
        ('<img src="b.png">', '<img src="b.png">'),
        ("<img alt>", "<img alt>"),
        ("<code>&lt;img src=a.png></code>", "<code>&lt;img src=a.png></code>"),
    ],
)
def test_a_picture_has_its_size_and_what_its_author_says(typed: str, html: str) -> None:
    assert with_sizes(typed, _size) == html


def test_all_pictures_but_the_first_can_wait_if_they_keep_their_room() -> None:
    others = '<img src="b.png"><img src="a.png" loading="eager"><img src="t" width="1" height="1">'
    assert with_sizes('<img src="a.png">' * 2 + others, _size) == (
        '<img src="a.png" width="60" height="40">'
        '<img src="a.png" width="60" height="40" loading="lazy">'
        '<img src="b.png"><img src="a.png" loading="eager" width="60" height="40">'
        '<img src="t" width="1" height="1" loading="lazy">'
    )


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("{static}/images/a%20b.png", "images/a b.png"),
        ("{static}a.png", "posts/a.png"),
        ("{attach}pictures/a.png?x#y", "posts/pictures/a.png"),
        ("|filename|../a.png", "a.png"),
        ("/images/a.png", "images/a.png"),
        ("../../images/a.png", "images/a.png"),
        ("a.png", "2009/make/a.png"),
        ("{static}/../../etc/a.png", "etc/a.png"),
        ("https://example.org/a.png", None),
        ("//example.org/a.png", None),
        ("data:image/png;base64,AA", None),
        ("http://[", None),
        ("#x", None),
        ("", None),
    ],
)
def test_an_address_leads_to_a_file(address: str, path: str | None) -> None:
    assert below_content(address, "posts/make.md", "2009/make/") == path


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.webp", "a.PNG"])
def test_the_size_of_a_picture_is_that_of_its_file(tmp_path: Path, name: str) -> None:
    Image.new("P" if name == "a.gif" else "RGB", (60, 40)).save(tmp_path / name)
    assert read_size(tmp_path / name) == (60, 40)


def test_a_photograph_that_was_turned_is_as_large_as_it_is_shown(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40)).save(tmp_path / "a.jpg", exif=exif)
    assert read_size(tmp_path / "a.jpg") == (40, 60)


@pytest.mark.parametrize(
    ("says", "size"),
    [
        ('width="60" height="40"', (60, 40)),
        ('width="60px" height="40.4"', (60, 40)),
        ('width="45pt" height="30pt" viewBox="0 0 45 30"', (60, 40)),
        ('viewBox="0,0 , 60 40"', (60, 40)),
        ('width="600" viewBox="0 0 60 40"', (600, 400)),
        ('height="400" viewBox="0 0 60 40"', (600, 400)),
        ('width="100%" height="100%" viewBox="0 0 60 40"', (60, 40)),
        ('viewBox="0 0 0 40"', None),
        ('viewBox="0 0 inf nan"', None),
        ('width="60"', None),
        ("", None),
    ],
)
def test_the_size_of_a_drawing_is_what_its_beginning_says(
    tmp_path: Path, says: str, size: tuple[int, int] | None
) -> None:
    path = tmp_path / "a.svg"
    path.write_text(SVG.format(says) + "0 " * 100_000)
    assert read_size(path) == size


def test_what_is_no_picture_has_no_size(tmp_path: Path) -> None:
    for name in ("a.png", "a.svg"):
        (tmp_path / name).write_text("none")
        assert read_size(tmp_path / name) is None
    (tmp_path / "empty.svg").touch()
    assert read_size(tmp_path / "empty.svg") is None
    assert read_size(tmp_path) is None
    assert read_size(tmp_path / "gone.webp") is None
    assert read_size(tmp_path / "a\0.png") is read_size(tmp_path / "a\0.svg") is None


def test_a_picture_of_absurd_size_has_none(tmp_path: Path) -> None:
    Image.new("L", (1, 1)).save(tmp_path / "a.png")
    data = bytearray((tmp_path / "a.png").read_bytes())
    data[16:24] = struct.pack(">II", 1_000_000, 1_000_000)
    data[29:33] = struct.pack(">I", crc32(bytes(data[12:29])))
    (tmp_path / "a.png").write_bytes(data)
    assert read_size(tmp_path / "a.png") is None
