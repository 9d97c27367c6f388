"""`make broker`: a real Kafka in the foreground, for trying things by hand."""

import signal
import tempfile
from pathlib import Path

from tests.broker.local import LocalKafka


def main() -> None:
    """Start a broker on a throw-away folder and run until interrupted."""
    with tempfile.TemporaryDirectory(prefix="stream-edits-broker-") as folder:
        broker = LocalKafka(Path(folder))
        signals = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        broker.start()
        try:
            print(f"Kafka is up at {broker.bootstrap} (log: {broker.log_file}); Ctrl-C ends it")
            signal.sigwait(signals)
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
