"""The files of the table of misuses."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import asdict
from pathlib import Path

import fastavro

from stream_edits.codec.jsonl import claim_to_json
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from tests.build import canary_claim

ROOT = Path(__file__).parents[2]


def write_files(folder: Path) -> None:
    """Every file that the table names, good ones and bad ones."""
    claims = [canary_claim(str(number), "96365") for number in range(3)]
    texts = [claim_to_json(claim) for claim in claims]
    lines = "".join(f"{text}\n" for text in texts)
    plain = [json.loads(text) for text in texts]
    array = json.dumps(plain, indent=2)
    for name, text in {
        "claims.jsonl": lines,
        "empty.jsonl": "",
        "blank.jsonl": "\n \n",
        "bad.jsonl": "{CANARY\n" * 5,
        "claims.csv": "claim_id,member_id\nCANARY,CANARY\n",
        "claims.xml": "<claims>CANARY</claims>",
        "claims.json": array,
        "cut.json": array[:-200],
        "pretty.json": "\n".join(json.dumps(each, indent=2) for each in plain),
        "misspelt.jsonl": texts[0].replace('"member_id"', '"memberid"'),
        "private.jsonl": json.dumps({**plain[0], "CANARY Smith": 1}),
        "overlay.yaml": "edits: {}\n",
        "wrong.yaml": "edits:\n  no-such-edit: {}\n",
        "broken.yaml": "edits:\n  [CANARY\n",
        "claims.837": (ROOT / "examples" / "claims.837").read_text(),
    }.items():
        (folder / name).write_text(text)
    packed = gzip.compress(lines.encode())
    for name, data in {
        "utf16.jsonl": lines.encode("utf-16"),
        "packed": packed,
        "cut.jsonl.gz": packed[:-20],
        "claims.zip": b"PK\x03\x04" + bytes(40),
        "claims.zst": b"\x28\xb5\x2f\xfd" + bytes(40),
        "claims.parquet": b"PAR1" + bytes(40),
        "noise.bin": bytes(range(256)),
        **_containers([asdict(claim) for claim in claims]),
    }.items():
        (folder / name).write_bytes(data)
    (folder / "folder").mkdir()
    (folder / "dated" / "2026-01-31").mkdir(parents=True)
    (folder / "dated" / "claims.jsonl").write_text(lines)


def _containers(records: list[dict[str, object]]) -> dict[str, bytes]:
    """A container cut off, and some whose header names another codec."""
    schema = fastavro.parse_schema(json.loads(schema_of(CLAIM_EVENT).text))
    file = io.BytesIO()
    fastavro.writer(file, schema, records, codec="deflate")
    data = file.getvalue()
    made = {"cut.avro": data[:-30]}
    for codec in ("snappy", "zstandard", "lz4", "brotli"):
        renamed = bytes([2 * len(codec)]) + codec.encode()
        made[f"{codec}.avro"] = data.replace(b"\x0edeflate", renamed)
    return made
