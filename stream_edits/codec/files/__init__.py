"""What a file of claims is: packing, text encoding and form, told from its first bytes."""

from .forms import BadFile as BadFile
from .forms import Form as Form
from .forms import Opened as Opened
from .forms import opened as opened
from .json_documents import json_documents as json_documents
