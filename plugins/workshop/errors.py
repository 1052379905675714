"""Complaints of the tasks: one line each, with a cause and a remedy."""

from __future__ import annotations


class WorkshopError(Exception):
    """A task cannot go on. Nothing was replaced, deployed or lost."""

    status = 1
    """Exit status of the task: something in the site or its surroundings is wrong."""


class MisuseError(WorkshopError):
    """The task was asked for something that does not exist or cannot be."""

    status = 2


class ToldInterrupt(KeyboardInterrupt):
    """The author interrupted a program that has said so itself."""
