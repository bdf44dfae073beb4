"""``python -m shetong``: the command line tool."""

from shetong.cli import main

main()
