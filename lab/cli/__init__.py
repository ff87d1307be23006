"""The command line. One module a group of commands; each is imported only when its command is called."""

from lab.cli.main import main

__all__ = ["main"]
