"""X12 837 files (005010X222 professional, 005010X223 institutional) as claims.

`table.py` says which segment each field of a claim comes from. `segments.py` cuts a file into
segments, `loops.py` knows in which loop a segment stands, `claim.py` makes the claim.
"""

from stream_edits.codec.errors import NotX12 as NotX12

from .delimiters import looks_like_x12 as looks_like_x12
from .enrich import BadEnrichment as BadEnrichment
from .enrich import Enrichment as Enrichment
from .enrich import read_enrichment as read_enrichment
from .reader import read_claims as read_claims
from .reading import KINDS as KINDS
from .reading import ClaimNumber as ClaimNumber
from .reading import ClaimPlace as ClaimPlace
from .reading import Reading as Reading
from .reading import Refusal as Refusal
from .reading import Tally as Tally
