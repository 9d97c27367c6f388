"""Apache Kafka as a child process that tests can stop, kill, freeze and restart."""

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Self

from tests.broker.distribution import class_path, java
from tests.broker.properties import Listener, behind_a_proxy, free_port, single_node
from tests.broker.ready import answers

_CLUSTER_ID = "c3RyZWFtLWVkaXRzLTAwMQ"
_LOG4J = """\
rootLogger.level = {level}
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %m (%c)%n
"""


class BrokerDidNotStart(Exception):
    """The broker's process ended or did not answer in time. The message has the end of its log."""


class LocalKafka:
    """One broker on one data folder and one port, both kept across restarts.

    `properties` are added to the broker's own (see `properties.single_node`), `listeners` to the
    plain one that `bootstrap` names. `proxied` is a second port of the broker and that of a proxy
    in front of it (see `properties.behind_a_proxy`).
    """

    jvm = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        proxied: tuple[int, int] | None = None,
        properties: Mapping[str, str] = MappingProxyType({}),
        listeners: Sequence[Listener] = (),
    ) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.log_file = data_dir / "kafka.log"
        self._controller_port = free_port()
        self._proxied = proxied
        self._properties = dict(properties)
        self._listeners = listeners
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """The bootstrap address for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The broker's process id, None if it is not running."""
        return self._process.pid if self._process else None

    def start(self, timeout: float = 60.0) -> Self:
        """Start with the existing data folder. Returns when the broker answers clients."""
        if self._process is not None:
            raise RuntimeError("the broker runs already")
        if not (self.data_dir / "server.properties").exists():
            self._format()
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self._command("kafka.Kafka", str(self.data_dir / "server.properties")),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.data_dir,
            )
        self._wait_until_ready(time.monotonic() + timeout)
        return self

    def stop(self, timeout: float = 30.0) -> None:
        """Shut the broker down, if it is running."""
        self._end(signal.SIGTERM, timeout)

    def kill(self) -> None:
        """Kill the broker's process, like a crash."""
        self._end(signal.SIGKILL, 30.0)

    def freeze(self) -> None:
        """Freeze the process: connections stay open, but nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Continue a frozen process."""
        self._signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            raise RuntimeError("the broker does not run")
        self._process.send_signal(number)

    def _end(self, number: signal.Signals, timeout: float) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)  # a frozen process would never see SIGTERM
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout)

    def _format(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        (self.data_dir / "log4j2.properties").write_text(_LOG4J.format(level="INFO"))
        (self.data_dir / "log4j2-quiet.properties").write_text(_LOG4J.format(level="WARN"))
        here = "127.0.0.1"
        settings = single_node(here, here, self.port, self._controller_port, self._listeners)
        if self._proxied is not None:
            settings = behind_a_proxy(settings, *self._proxied)
        settings["log.dirs"] = str(self.data_dir / "log")
        settings |= self._properties
        file = self.data_dir / "server.properties.new"
        file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        command = self._command("kafka.tools.StorageTool", logging="log4j2-quiet.properties")
        command += ["format", "--cluster-id", _CLUSTER_ID, "--config", str(file)]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise BrokerDidNotStart(f"formatting failed: {(done.stdout + done.stderr)[-2000:]}")
        file.rename(self.data_dir / "server.properties")

    def _command(
        self, main_class: str, *arguments: str, logging: str = "log4j2.properties"
    ) -> list[str]:
        log4j = f"-Dlog4j2.configurationFile={self.data_dir / logging}"
        return [java(), *self.jvm, log4j, "-cp", class_path(), main_class, *arguments]

    def _wait_until_ready(self, deadline: float) -> None:
        assert self._process is not None
        while not answers(self.bootstrap, seconds=1.0):
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                self.kill()
                end_of_log = self.log_file.read_text(errors="replace")[-3000:]
                what = "ended" if ended else "did not answer in time"
                raise BrokerDidNotStart(f"Kafka at {self.bootstrap} {what}:\n{end_of_log}")
