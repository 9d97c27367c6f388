"""Every setting of the program: its source, meaning and limits.

Environment variables (`STREAM_EDITS_…`) override the settings file, the file the defaults.
"""

from .load import BadSetting, load_settings
from .model import Settings, Topics
from .table import settings_table

__all__ = ["BadSetting", "Settings", "Topics", "load_settings", "settings_table"]
