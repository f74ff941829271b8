"""What can go wrong with the stack, each with one sentence a newcomer can act on."""

from __future__ import annotations


class StackError(Exception):
    """The stack can't do what was asked; the text says why and what to do."""


class WheelMissing(StackError):
    """A service has no package for this platform or was not installed."""


class NotReady(StackError):
    """A service did not answer in time."""


class Tampered(StackError):
    """A downloaded file is not the one the lock file names."""
