"""What the simulation assumes and nobody measured here, each with where it comes from.

Costs are not here: they are the figures of the last bench (``figures``); nor is what an operator
sets: that is `stream_edits.settings`.
"""

from stream_edits.settings import Settings

# The payer that the project is measured by.
CLAIMS_PER_S = 500
REPLAY_PER_S = 20_000
OPEN_ENCOUNTERS = 100_000_000
# Round the clock: the most that this rate can mean.
CLAIMS_PER_YEAR = CLAIMS_PER_S * 365 * 24 * 3600
# A busy morning, in times of the steady rate.
PEAK = 5
# What an operator should keep free, so that a process that comes back can catch up.
MOST_USE = 0.5
# As helm/stream-edits/ci/production-values.yaml.
PARTITIONS = 24

DEFAULTS = Settings()
SESSION_TIMEOUT_S = DEFAULTS.session_timeout_ms / 1000
# librdkafka's heartbeat.interval.ms: so late may a member hear of a rebalance.
HEARTBEAT_S = 3.0
# The broker looks for timed-out transactions so often
# (transaction.abort.timed.out.transaction.cleanup.interval.ms): one that a dead process left open
# hides what follows it for up to both together.
TRANSACTION_ENDS_S = DEFAULTS.transaction_timeout_ms / 1000 + 10.0
# From the end of a container until its successor's first instruction, the image being there.
# A guess: a kubelet restarts a container at once the first time.
CONTAINER_S = 5.0
# Records in a changelog for each key that lives: the cleaner runs when half of the log may be
# obsolete (min.cleanable.dirty.ratio 0.5).
CHANGELOG_TIMES = 2.0
# What all brokers together can send to restoring processes: three of them with 10 Gbit/s each.
BROKERS_MB_PER_S = 3 * 1250.0
# How long the interpreter lets one thread run when others wait (sys.getswitchinterval).
SWITCH_S = 0.005
# Of a pod's memory limit: the rest is for what a restore and a batch take for a while.
MEMORY_USE = 0.8
