"""The command line: options, output and exit codes. The work is done in commands/."""

from .root import cli as cli
from .root import main as main
