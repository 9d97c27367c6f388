"""A real Prometheus on loopback, scraping every second."""

import json
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ruamel.yaml import YAML

from tests.broker.properties import free_port
from tests.kafka.programs import eventually
from tests.monitoring.programs import tool
from tests.monitoring.promql import RULES

Series = list[dict[str, Any]]


class Prometheus:
    """Runs within a `with` block. `targets` are host:port, with labels as in a cluster."""

    def __init__(self, folder: Path, targets: Sequence[str]) -> None:
        self._folder = folder
        self._address = f"127.0.0.1:{free_port()}"
        self._targets = list(targets)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        labels = {"namespace": "claims"}
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(RULES)],
            "scrape_configs": [
                {
                    "job_name": "stream-edits",
                    "static_configs": [{"targets": self._targets, "labels": labels}],
                }
            ],
        }
        file = self._folder / "prometheus.yml"
        YAML(typ="safe").dump(config, file)
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    tool("prometheus"),
                    f"--config.file={file}",
                    f"--storage.tsdb.path={self._folder / 'data'}",
                    f"--web.listen-address={self._address}",
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            eventually(self._is_ready, 60, self._log)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def at(self, expression: str, time_s: float) -> Series:
        """The result of an instant query."""
        found: Series = self._ask("query", query=expression, time=time_s)["result"]
        return found

    def over(self, expression: str, start_s: float, end_s: float, step_s: int = 1) -> Series:
        """The result of a range query."""
        found: Series = self._ask(
            "query_range", query=expression, start=start_s, end=end_s, step=step_s
        )["result"]
        return found

    def rules(self) -> list[dict[str, Any]]:
        """Every rule, with its health."""
        return [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]

    def _ask(self, what: str, **question: object) -> Any:
        url = f"http://{self._address}/api/v1/{what}?{urllib.parse.urlencode(question)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as failure:
            raise AssertionError(f"{failure.read().decode()}: {question}") from None

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log()
        try:
            with urllib.request.urlopen(f"http://{self._address}/-/ready", timeout=5):
                return True
        except OSError:
            return False

    def _log(self) -> str:
        return (self._folder / "prometheus.log").read_text()[-2000:]
