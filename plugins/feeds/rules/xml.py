"""Reads XML, and says in which line it is broken. No entity or file is ever followed."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"


def read_xml(data: bytes) -> ET.Element:
    """Return the root; raise `ValueError` with what is wrong, and in which line."""
    if b"<!DOCTYPE" in data[:1000].upper():
        raise ValueError("it has a document type, which readers refuse")
    try:
        return ET.fromstring(data)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError as error:
        raise ValueError(f"not well-formed XML: {error}") from error


def text(element: ET.Element, name: str) -> str:
    """Return the text of the first such child, or nothing."""
    return (element.findtext(name) or "").strip()


def count_problems(element: ET.Element, what: str, wanted: dict[str, bool]) -> Iterator[str]:
    """Say which children are missing or there twice; `wanted` says which of them must be there."""
    for name, needed in wanted.items():
        found = len(element.findall(name))
        if needed and not found:
            yield f"{what} has no {bare(name)}"
        if found > 1:
            yield f"{what} has {found} elements {bare(name)}"


def bare(name: str) -> str:
    """Return the name of an element without its namespace."""
    return name.rpartition("}")[2]
