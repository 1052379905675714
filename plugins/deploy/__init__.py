"""Publishes a directory to a server, without a reader ever seeing a broken site.

It knows nothing of Pelican, and imports nothing of the plugins beside it.
"""

from .connect import connected
from .errors import DeployError
from .front import Answers, has_ended, me, publish, rollback, setup
from .options import Force, Options, Progress
from .plan import RANKS, Ranks
from .publishing import Report
from .remote import Front, Remote
from .targets import Target, read_target

__all__ = [
    "RANKS",
    "Answers",
    "DeployError",
    "Force",
    "Front",
    "Options",
    "Progress",
    "Ranks",
    "Remote",
    "Report",
    "Target",
    "connected",
    "has_ended",
    "me",
    "publish",
    "read_target",
    "rollback",
    "setup",
]
