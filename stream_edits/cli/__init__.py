"""The commands. Each is thin: what it does lies in the module it names."""

from .root import cli as cli
from .root import main as main
