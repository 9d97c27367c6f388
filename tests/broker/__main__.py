"""`make broker`: a real Kafka in the foreground, for manual tests."""

import signal
import sys
import tempfile
from pathlib import Path

from tests.broker.local import LocalKafka
from tests.broker.properties import is_free

_USUAL_PORT = 9092


def main(port: int) -> None:
    """Start a broker on a temporary folder and run until interrupted."""
    # Checked first, because another broker on that port would answer in place of the new one.
    if not is_free(port):
        sys.exit(f"port {port} is taken: `make broker PORT=19092` takes another")
    with tempfile.TemporaryDirectory(prefix="stream-edits-broker-") as folder:
        broker = LocalKafka(Path(folder), port=port)
        signals = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        broker.start()
        try:
            line = f"Kafka is up at {broker.bootstrap} (log: {broker.log_file}); Ctrl-C ends it"
            print(line, flush=True)
            signal.sigwait(signals)
        finally:
            broker.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else _USUAL_PORT)
