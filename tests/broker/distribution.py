"""Apache Kafka's jars: resolved once by Maven, cached under .cache/kafka."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_POM = Path(__file__).with_name("pom.xml")
_CACHE = Path(__file__).parents[2] / ".cache" / "kafka"


class NoKafkaDistribution(Exception):
    """Java or Maven is missing, or Maven could not fetch the jars."""


def java() -> str:
    """The java command: that of JAVA_HOME, or else the one on the path."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else None
    found = found or shutil.which("java")
    if found is None:
        raise NoKafkaDistribution("no java command found (Java 17 or later is needed)")
    return found


def class_path(pom: Path = _POM) -> str:
    """The class path of the jars that a pom.xml pins, fetched on the first call."""
    pinned = hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    remembered = _CACHE / f"classpath-{pinned}.txt"
    with only_one_process(_CACHE):
        if not _still_there(remembered):
            _resolve(pom, remembered)
        return remembered.read_text().strip()


def _still_there(remembered: Path) -> bool:
    if not remembered.exists():
        return False
    jars = remembered.read_text().strip().split(os.pathsep)
    return all(Path(jar).exists() for jar in jars)


def _resolve(pom: Path, target: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoKafkaDistribution("no mvn command found (Maven fetches the jars of Kafka)")
    command = [maven, "--batch-mode", "--quiet", "--file", str(pom)]
    command += ["dependency:build-classpath", f"-Dmdep.outputFile={target}"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode != 0 or not target.exists():
        raise NoKafkaDistribution(f"Maven could not fetch Kafka: {done.stdout[-2000:]}")


@contextmanager
def only_one_process(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
