"""Podman as root, on a machine or inside a container, with a base image for the build."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
OFFICIAL = "python:3.12-slim-bookworm"
STAND_IN = "localhost/python-stand-in:3.11"
PACKAGES = "podman buildah runc crun netavark aardvark-dns iptables uidmap catatonit mmdebstrap"
# Without CAP_SYS_RESOURCE, limits cannot be raised; crun also refuses hybrid cgroups.
_CONF = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
"""
_STAND_IN = """\
FROM scratch
ADD slim.tar /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
"""
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


class NoPodman(Exception):
    """A required tool is not installed. The message says what to do."""


class Podman:
    """Runs podman with its own configuration in `folder`."""

    def __init__(self, folder: Path) -> None:
        """Raises NoPodman."""
        missing = [name for name in ("podman", "mmdebstrap", "runc") if not shutil.which(name)]
        if missing or os.geteuid() != 0:
            raise NoPodman(f"needs root and `apt-get install --no-install-recommends {PACKAGES}`")
        self.folder = folder
        conf = folder / "containers.conf"
        conf.write_text(_CONF)
        self.environ = os.environ | {"CONTAINERS_CONF": str(conf)}

    def __call__(
        self, *arguments: str, check: bool = True, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `podman ARGUMENTS`. Raises AssertionError with its output if it fails."""
        done = subprocess.run(
            ["podman", *arguments],
            env=self.environ,
            input=stdin or "",
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"podman {arguments[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        return done

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `podman ARGUMENTS` and return its process, which the caller ends."""
        log = (self.folder / "service.log").open("wb")
        with log:
            return subprocess.Popen(
                ["podman", *arguments],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def base(self) -> str:
        """The official base image if available, or else a local replacement, built once."""
        if self("pull", "--quiet", f"docker.io/library/{OFFICIAL}", check=False).returncode == 0:
            return f"docker.io/library/{OFFICIAL}"
        if self("image", "exists", STAND_IN, check=False).returncode != 0:
            self._make_stand_in()
        return STAND_IN

    def build(self, tag: str, base: str, arguments: Sequence[str]) -> None:
        """Build the project's image in Docker's format, because OCI's has no health check."""
        pip = self.folder / "pip.conf"
        pip.write_text(f"[global]\ncert = {_AUTHORITIES}\n")
        mounts = [f"{_AUTHORITIES}:{_AUTHORITIES}:ro", f"{pip}:/etc/pip.conf:ro"]
        volumes = [word for mount in mounts for word in ("--volume", mount)]
        built = [word for each in (f"BASE={base}", *arguments) for word in ("--build-arg", each)]
        options = ["--isolation", "chroot", "--pull=never", "--format", "docker", "--tag", tag]
        self("build", *options, *volumes, *built, str(ROOT))

    def _make_stand_in(self) -> None:
        """Build an image of Debian 12 with its Python, from the machine's package source."""
        inside = "ca-certificates,python3,python3-venv,python-is-python3"
        tar = str(self.folder / "slim.tar")
        command = ["mmdebstrap", "--variant=minbase", f"--include={inside}", "bookworm", tar]
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
        if done.returncode != 0:
            raise AssertionError(f"mmdebstrap: {done.stderr[-2000:]}")
        (self.folder / "Containerfile").write_text(_STAND_IN)
        self("build", "--isolation", "chroot", "--tag", STAND_IN, str(self.folder))


@contextmanager
def podman_for(command: str) -> Iterator[Podman]:
    """Podman with a folder of its own, for `make COMMAND`. Exits with 2 when a tool is missing."""
    with tempfile.TemporaryDirectory(prefix=f"stream-edits-{command}-") as folder:
        try:
            podman = Podman(Path(folder))
        except NoPodman as missing:
            print(f"{command}: {missing}", file=sys.stderr)
            sys.exit(2)
        yield podman
