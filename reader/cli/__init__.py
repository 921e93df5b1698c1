"""The command line: parse, call a use case, print, choose the exit code. No other rules.

commands   which commands there are, in the order of need
frame      the group, the options that every command has, errors → exit codes
help       `--help`, and what is said of a wrong command line
build      the adapters for one run
listing    a morning as lines of text
output     printing: foreign text made safe, texts and papers as lines, --json
terminal   single keys and a whole screen
triage     the list of the morning, on a whole screen or line by line
demo       a sample morning, played by a local server
<command>  one module for commands that belong together, loaded when called
"""

from reader.cli.frame import main

__all__ = ["main"]
