"""The command line: one file a command or a family of them, put together in ``app``."""

from twin.cli.app import main

__all__ = ["main"]
