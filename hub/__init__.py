"""The central program: stores what booths report and serves the dashboard."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("invigil")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+checkout"
