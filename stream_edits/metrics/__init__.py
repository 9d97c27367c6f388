"""The metrics: each declared once, and bound once for each stage."""

from .client import ClientStatistics as ClientStatistics
from .declared import Metrics as Metrics
from .page import declared as declared
from .page import metrics_page as metrics_page
from .stage import StageMetrics as StageMetrics
from .workers import WorkerMetrics as WorkerMetrics
