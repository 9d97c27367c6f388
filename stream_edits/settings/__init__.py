"""Every setting of the program: where it comes from, what it means, what it may be.

Environment variables (`STREAM_EDITS_…`) win over the settings file, the file over the defaults.
"""

from .load import BadSetting, load_settings
from .model import Settings, Topics
from .table import settings_table

__all__ = ["BadSetting", "Settings", "Topics", "load_settings", "settings_table"]
