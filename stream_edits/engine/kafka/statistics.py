"""What librdkafka measures of itself, cut down to what is worth watching."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from stream_edits.metrics import ClientStatistics

from .. import log

# Often enough for a scrape every half minute; reading them takes less than a millisecond.
_EVERY_MS = 15_000
_UP = frozenset({"UP", "UPDATE"})
NOT_REPORTING: Mapping[str, object] = {}


def reporting(
    client: str, report: Callable[[ClientStatistics], None] | None
) -> Mapping[str, object]:
    """The client options by which it reports; none without a `report`."""
    if report is None:
        return NOT_REPORTING
    told = False

    def take(text: str) -> None:
        # An exception here would come out of the client's next call and stop the stage.
        nonlocal told
        try:
            statistics = digest(client, text)
        except (ValueError, LookupError, TypeError) as failure:
            if not told:
                log.warning("statistics_unread", call=client, error=type(failure).__name__)
            told = True
        else:
            report(statistics)

    return {"statistics.interval.ms": _EVERY_MS, "stats_cb": take}


def digest(client: str, text: str) -> ClientStatistics:
    """The statistics that we keep of the client's JSON (librdkafka's STATISTICS.md)."""
    said: dict[str, Any] = json.loads(text)
    brokers = list(said["brokers"].values())
    group = said.get("cgrp")
    fetched = sum(
        partition["fetchq_cnt"]
        for topic in said["topics"].values()
        for partition in topic["partitions"].values()
    )

    def total(field: str) -> int:
        return int(sum(broker[field] for broker in brokers))

    def slowest_s(field: str) -> float:
        return max((broker["rtt"][field] for broker in brokers), default=0) / 1e6

    return ClientStatistics(
        client,
        float(said["time"]),
        len({broker["nodename"] for broker in brokers if broker["state"] in _UP}),
        slowest_s("avg"),
        slowest_s("p99"),
        total("outbuf_cnt"),
        total("waitresp_cnt"),
        said["msg_cnt"] + fetched,
        None if group is None else group["join_state"] == "steady",
        total("txerrs"),
        total("rxerrs"),
        total("req_timeouts"),
        total("disconnects"),
    )
