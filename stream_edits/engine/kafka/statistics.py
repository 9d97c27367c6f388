"""The part of librdkafka's statistics that becomes metrics."""

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
    """The client options that pass statistics to `report`; none without it."""
    if report is None:
        return NOT_REPORTING
    warned = False

    def take(text: str) -> None:
        # An exception here would be raised by the client's next call and end the stage.
        nonlocal warned
        try:
            statistics = digest(client, text)
        except (ValueError, LookupError, TypeError) as failure:
            if not warned:
                log.warning("statistics_unread", call=client, error=type(failure).__name__)
            warned = True
        else:
            report(statistics)

    return {"statistics.interval.ms": _EVERY_MS, "stats_cb": take}


def digest(client: str, text: str) -> ClientStatistics:
    """The statistics in the client's JSON, whose fields librdkafka's STATISTICS.md describes.

    Raises ValueError, LookupError or TypeError for any other text.
    """
    report: dict[str, Any] = json.loads(text)
    brokers = list(report["brokers"].values())
    group = report.get("cgrp")
    fetched = sum(
        partition["fetchq_cnt"]
        for topic in report["topics"].values()
        for partition in topic["partitions"].values()
    )

    def total(field: str) -> int:
        return int(sum(broker[field] for broker in brokers))

    def slowest_s(field: str) -> float:
        return max((broker["rtt"][field] for broker in brokers), default=0) / 1e6

    return ClientStatistics(
        client,
        float(report["time"]),
        len({broker["nodename"] for broker in brokers if broker["state"] in _UP}),
        slowest_s("avg"),
        slowest_s("p99"),
        total("outbuf_cnt"),
        total("waitresp_cnt"),
        report["msg_cnt"] + fetched,
        None if group is None else group["join_state"] == "steady",
        total("txerrs"),
        total("rxerrs"),
        total("req_timeouts"),
        total("disconnects"),
    )
