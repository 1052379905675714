"""What a card shows: plain words, and the line of a terminal."""

from dataclasses import dataclass

_ALT = 300  # characters; a description that is read aloud should end


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A command of the post, with its prompt, and the first line that it printed."""

    prompt: str
    command: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card of a post, or of the site, which has no date."""

    site: str
    title: str
    date: str = ""
    verdict: str = ""
    holds: bool = True
    example: Example | None = None

    @property
    def alt(self) -> str:
        """Return what the card shows, in words."""
        facts = ", ".join(fact for fact in (self.date, self.verdict) if fact)
        parts = [self.title, self.site if self.title != self.site else "", facts]
        if self.example:
            parts.append(f"{self.example.prompt}{self.example.command}")
            parts.append(self.example.output)
        text = ". ".join(part.strip() for part in parts if part.strip())
        return text if len(text) <= _ALT else f"{text[: _ALT - 1].rstrip()}…"
