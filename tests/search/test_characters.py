"""Characters of scripts without spaces, in what is indexed; test_search.py asks for them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from search.characters import ALONE, set_apart
from search.document import Document
from search.index import SCRIPT, write_index

from .test_index import documents, files


@pytest.mark.parametrize(
    ("html", "apart"),
    [
        ("代码", "代|码"),
        ("<p>写代码。看</p>\n<p>题</p>", "<p>写|代|码。|看</p>\n<p>题</p>"),
        ("<p>题</p><p>题</p>题<br>题<td>题</td>", "<p>题</p><p>题</p>题<br>题<td>题</td>"),
        ("<em>标</em>题「题", "<em>标|</em>题「|题"),
        ("a Linux内核 b", "a Linux|内|核 b"),
        ("题<sup>1</sup>&amp;&lt;b", "题|<sup>1</sup>&amp;&lt;b"),
        ("题&lt;b &amp;题", "题&lt;|b &amp;题"),
        ('<a title="标题" href="#标题">ひカー</a>', '<a title="标题" href="#标题">ひ|カ|ー</a>'),
        ("ที่นี่", "ที่|นี่"),
        ("\U00020000𠮷", "\U00020000|𠮷"),
        ("C++ é, 한국어, “a”—b <b>c</b>d", "C++ é, 한국어, “a”—b <b>c</b>d"),
        ("北京 上海", "北|京 上|海"),
    ],
)
def test_characters_without_spaces_are_set_apart(html: str, apart: str) -> None:
    assert set_apart(html) == apart.replace("|", "\u2060 ")


def test_the_script_and_the_index_mean_the_same_characters() -> None:
    (lines,) = re.findall(r"const ALONE =\n(.*?);\n", SCRIPT.read_text("utf-8"), re.DOTALL)
    escapes = re.sub(r'"|\s|\+', "", lines)
    said = re.sub(r"\\\\u\{?([0-9a-f]+)\}?", lambda found: chr(int(found[1], 16)), escapes)
    assert said == ALONE


def test_such_documents_give_the_same_bytes_and_change_no_other(tmp_path: Path) -> None:
    chinese = Document(path="zh/index.html", title="标题", content="<p>写代码的时候</p>")
    for name in ("one", "two"):
        write_index([*documents(3), chinese], "en", tmp_path / name)
    write_index(documents(3), "en", tmp_path / "without")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    others = {n for n in files(tmp_path / "without") if n.startswith("fragment/")}
    assert others < set(files(tmp_path / "one"))
