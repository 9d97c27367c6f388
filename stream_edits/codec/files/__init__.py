"""What a file of claims is: packing, text encoding and form, told from its first bytes."""

from .file_formats import BadFile as BadFile
from .file_formats import Form as Form
from .file_formats import Opened as Opened
from .file_formats import opened as opened
from .json_documents import json_documents as json_documents
