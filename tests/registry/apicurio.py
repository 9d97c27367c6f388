"""Apicurio Registry as a child process, with its data in a file to survive a restart."""

import hashlib
import shutil
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from tests.broker.distribution import NoKafkaDistribution, java, only_one_process
from tests.broker.properties import free_port

# The newest release line that runs on Java 17.
_VERSION = "2.6.13.Final"
_ARTIFACT = f"io.apicurio:apicurio-registry-app:{_VERSION}:tar.gz:all"
_SHA256 = "3cda1b34aa020fb4ac4dd6a66018d757e81e437f97e20a1f92d366b70091c6ba"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_CACHE = Path(__file__).parents[2] / ".cache" / "apicurio"
_JVM = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class NoRegistry(Exception):
    """Java or Maven is missing, Maven could not fetch the registry, or it did not start."""


def distribution() -> Path:
    """The folder of the pinned registry, fetched on the first call."""
    folder = _CACHE / _VERSION
    with only_one_process(_CACHE):
        if not folder.is_dir():
            _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoRegistry("no mvn command found (Maven fetches the registry)")
    command = [maven, "--batch-mode", "--quiet", _COPY]
    command += [f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={_CACHE}"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=600
    )
    archive = _CACHE / f"apicurio-registry-app-{_VERSION}-all.tar.gz"
    if done.returncode != 0 or not archive.exists():
        raise NoRegistry(f"Maven could not fetch the registry: {done.stdout[-2000:]}")
    if hashlib.sha256(archive.read_bytes()).hexdigest() != _SHA256:
        raise NoRegistry(f"{archive.name} is not the file that is pinned")
    partial = folder.with_suffix(".partial")
    with tarfile.open(archive) as opened:
        opened.extractall(partial, filter="data")
    archive.unlink()
    partial.rename(folder)


class Apicurio:
    """One registry on one data file and one port, both kept across restarts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}/apis/ccompat/v7"

    def start(self, seconds: float = 90.0) -> Self:
        """Start the registry. Returns when it answers."""
        try:
            command = [java(), *_JVM, *self._properties()]
        except NoKafkaDistribution as failure:
            raise NoRegistry(str(failure)) from None
        command += ["-jar", str(distribution() / f"apicurio-registry-app-{_VERSION}-runner.jar")]
        log_file = self._folder / "registry.log"
        with log_file.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder
            )
        deadline = time.monotonic() + seconds
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise NoRegistry(f"it did not start: {log_file.read_text()[-2000:]}")
            time.sleep(0.2)
        return self

    def stop(self) -> None:
        """Shut the registry down."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(30)

    def _properties(self) -> list[str]:
        data = f"jdbc:h2:file:{self._folder / 'registry'}"
        return [
            "-Dquarkus.http.host=127.0.0.1",
            f"-Dquarkus.http.port={self._port}",
            f"-Dquarkus.datasource.jdbc.url={data}",
            f"-Dregistry.datasource.url={data}",
        ]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/subjects", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
