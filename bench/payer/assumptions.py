"""The assumptions of the simulation that were not measured, each with its source.

Measured costs are in ``figures``; values that an operator sets are in `stream_edits.settings`.
"""

from stream_edits.settings import Settings

# The payer for which the project is sized.
CLAIMS_PER_S = 500
REPLAY_PER_S = 20_000
OPEN_ENCOUNTERS = 100_000_000
# Around the clock: the upper limit for this rate.
CLAIMS_PER_YEAR = CLAIMS_PER_S * 365 * 24 * 3600
# A busy morning, as a multiple of the steady rate.
PEAK = 5
# The headroom an operator should keep, so that a restarted process can catch up.
MOST_USE = 0.5
# As in helm/stream-edits/ci/production-values.yaml.
PARTITIONS = 24

DEFAULTS = Settings()
SESSION_TIMEOUT_S = DEFAULTS.session_timeout_ms / 1000
# librdkafka's heartbeat.interval.ms: the longest time until a member notices a rebalance.
HEARTBEAT_S = 3.0
# The interval at which the broker looks for timed-out transactions
# (transaction.abort.timed.out.transaction.cleanup.interval.ms). A transaction that a dead process
# left open hides later records for up to its timeout plus this interval.
TRANSACTION_ENDS_S = DEFAULTS.transaction_timeout_ms / 1000 + 10.0
# From the end of a container until the first instruction of the next, with the image present.
# An estimate: a kubelet restarts a container immediately the first time.
CONTAINER_S = 5.0
# Records in a changelog for each live key: the log cleaner runs when half of the log may be
# obsolete (min.cleanable.dirty.ratio 0.5).
CHANGELOG_TIMES = 2.0
# The bandwidth of all brokers to restoring processes: three brokers with 10 Gbit/s each.
BROKERS_MB_PER_S = 3 * 1250.0
# The longest time that one thread runs while others are waiting (sys.getswitchinterval).
SWITCH_S = 0.005
# The usable share of a pod's memory limit. A restore and a batch need the rest temporarily.
MEMORY_USE = 0.8
