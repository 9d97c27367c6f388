"""`make broker-image-test`: run tests through the Docker path, with an image built here.

The image has the name that tests/broker/docker.py asks for, and the jars that Maven resolved. It
stands in for the official image, whose scripts are therefore not tried.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.broker.choice import DOCKER_ONLY, VARIABLE
from tests.broker.distribution import class_path
from tests.broker.docker import IMAGE
from tests.image.podman import ROOT, Podman, podman_for

_TESTS = ["tests/kafka/test_broker_fixture.py"]
_SCRIPTS = ("kafka-entrypoint.sh", "kafka-broker-api-versions.sh")
_FILE = """\
FROM scratch
ADD java.tar /
COPY libs /opt/kafka/libs
COPY kafka-entrypoint.sh /
COPY --chmod=755 kafka-broker-api-versions.sh /opt/kafka/bin/
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
ENTRYPOINT ["sh", "/kafka-entrypoint.sh"]
"""


def main() -> None:
    """Exit with the tests' status, or 2 when a tool is missing."""
    with podman_for("broker-image-test") as podman:
        tag = f"docker.io/{IMAGE}"
        build_kafka(podman, podman.folder, tag)
        try:
            with _served(podman, podman.folder) as address:
                sys.exit(_tests(address))
        finally:
            podman("rmi", "--force", tag, check=False)


def build_kafka(podman: Podman, folder: Path, tag: str) -> None:
    """Build an image of Kafka with this tag, in this folder."""
    libs = folder / "libs"
    libs.mkdir(parents=True)
    for jar in class_path().split(os.pathsep):
        shutil.copy(jar, libs)
    for script in _SCRIPTS:
        shutil.copy(ROOT / "tests" / "broker" / script, folder)
    java_tar(folder)
    (folder / "Containerfile").write_text(_FILE)
    podman("build", "--isolation", "chroot", "--pull=never", "--tag", tag, str(folder))


def java_tar(folder: Path) -> None:
    """Put java.tar, a Debian with Java, into this folder."""
    made = os.environ.get("STREAM_EDITS_TEST_JAVA_TAR")  # an earlier one, to save minutes
    if made:
        shutil.copy(made, folder / "java.tar")
        return
    packages = "--include=openjdk-17-jre-headless,curl"
    command = ["mmdebstrap", "--variant=minbase", packages, "bookworm", str(folder / "java.tar")]
    subprocess.run(command, check=True, timeout=900)


@contextmanager
def _served(podman: Podman, folder: Path) -> Iterator[str]:
    """The address of Podman's service, which answers Docker's clients."""
    socket = folder / "podman.sock"
    service = podman.start("system", "service", "--time=0", f"unix://{socket}")
    try:
        deadline = time.monotonic() + 30
        while not socket.exists():
            assert service.poll() is None, "the service of Podman ended"
            assert time.monotonic() < deadline, "the service of Podman did not start"
            time.sleep(0.2)
        yield f"unix://{socket}"
    finally:
        service.terminate()
        service.wait(30)


def _tests(address: str) -> int:
    environ = {name: value for name, value in os.environ.items() if name != VARIABLE}
    environ |= {"DOCKER_HOST": address, "TESTCONTAINERS_RYUK_DISABLED": "true"}
    # Without this, the choice would silently fall back to a local process.
    environ |= {DOCKER_ONLY: "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *_TESTS]
    return subprocess.run(command, env=environ, cwd=ROOT, timeout=900, check=False).returncode


if __name__ == "__main__":
    main()
