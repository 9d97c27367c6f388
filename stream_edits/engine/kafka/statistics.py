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
        client=client,
        time_s=float(report["time"]),
        brokers_up=len({broker["nodename"] for broker in brokers if broker["state"] in _UP}),
        round_trip_avg_s=slowest_s("avg"),
        round_trip_p99_s=slowest_s("p99"),
        to_send=total("outbuf_cnt"),
        to_be_answered=total("waitresp_cnt"),
        messages=report["msg_cnt"] + fetched,
        steady=None if group is None else group["join_state"] == "steady",
        send_errors=total("txerrs"),
        receive_errors=total("rxerrs"),
        timeouts=total("req_timeouts"),
        disconnects=total("disconnects"),
    )
