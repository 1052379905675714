"""Complaints of publishing to servers: one line each, with a cause and a remedy, and no secret."""

from __future__ import annotations


class DeployError(Exception):
    """Publishing cannot go on. The live site is as it was, unless the message says otherwise."""

    status = 1
    """Exit status for whoever asked: something in the site, the server or between is wrong."""


class SettingsError(DeployError):
    """The settings of a target are wrong."""

    status = 2


class UnreachableError(DeployError):
    """There is no server to be reached."""


class HostKeyError(DeployError):
    """The server is not, or not surely, the one that was meant. No secret was sent to it."""


class LoginError(DeployError):
    """The server does not let this user in."""


class ConnectionLostError(DeployError):
    """The connection ended before the answer; what was asked for may have been done or not."""


class MissingError(DeployError):
    """There is no such file or folder on the server."""


class DeniedError(DeployError):
    """The server does not allow it."""


class DiskFullError(DeployError):
    """The server has no space left, or the user's share of it is used up."""


class RemoteError(DeployError):
    """The server refuses for a reason of its own."""


class UnfitNameError(DeployError):
    """The site has a file whose name some server or browser would stumble over."""


class RefusedError(DeployError):
    """What is on the server is not what a publish may be done to."""


class SourcesError(RefusedError):
    """The target holds the sources of a site."""


class UnknownFolderError(RefusedError):
    """The target holds files, and nothing says that they are ours."""


class EditedError(RefusedError):
    """Somebody else has changed what was published."""


class ManifestError(RefusedError):
    """The list of what was published cannot be read, or cannot be true."""


class LockedError(RefusedError):
    """Another publish to the same target is under way."""


class VerificationError(DeployError):
    """What was sent is not what is there."""


class NoPreviousError(DeployError):
    """There is no build to go back to."""
