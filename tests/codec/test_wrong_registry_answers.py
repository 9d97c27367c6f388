"""Ways of a registry, or of what stands in front of it, to answer wrongly.

None of them says anything about the claim: it is retried and never becomes a dead letter.
"""

import pytest

from stream_edits.codec.errors import RegistryAway
from stream_edits.codec.registry import Registry
from stream_edits.codec.schemas import schema_of
from tests.codec.raw_answers import answering

DECISION = schema_of("ClaimDecision").text


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ANSWERS = {
    "hangs up": b"",
    "no HTTP": b"SSH-2.0-secret\r\n",
    "half a status line": b"HTTP/1.1 200",
    "fewer bytes than announced": answer(b'{"schema": "secret"}').replace(b"h: 20", b"h: 900"),
    "a chunk that breaks off": CHUNKED + b'ff\r\n{"schema": "secret',
    "a chunk of no size": CHUNKED + b'secret\r\n{"schema": "secret"}\r\n0\r\n\r\n',
    "a redirect to itself": answer(b"", "302 Found", "Location: {url}/secret"),
    "a redirect to nobody": answer(b"", "307 Moved", "Location: http://127.0.0.1:9/secret"),
    "no content": answer(b"", "204 No Content"),
    "an empty answer": answer(b""),
    "null": answer(b"null"),
    "a text": answer(b'"secret"'),
    "bytes that are not text": answer(b"\xff\xfe\x00secret"),
    "a schema of null": answer(b'{"schema": null}'),
    "an empty schema": answer(b'{"schema": ""}'),
    "gzip that is none": answer(b'{"schema": "secret"}', "200 OK", "Content-Encoding: gzip"),
    "a server error with an unknown code": answer(b'{"error_code": "secret"}', "500 Oops"),
    "a server error that denies the schema": answer(b'{"error_code": 40403}', "500 Oops"),
    "a login page": answer(b"<html>secret</html>", "200 OK", "Content-Type: text/html"),
    "a teapot": answer(b"secret", "418 I'm a teapot"),
}


@pytest.mark.parametrize("wrong", ANSWERS.values(), ids=ANSWERS)
def test_a_wrong_answer_counts_as_none(wrong: bytes) -> None:
    with answering(wrong) as url:
        registry = Registry({"url": url, "timeout": 5})
        for _ in range(2):
            with pytest.raises(RegistryAway) as caught:
                registry.schema_text(5)
            assert "secret" not in str(caught.value)
        with pytest.raises(RegistryAway) as caught:
            registry.id_for("claims.edits.pass", DECISION)
        assert "secret" not in str(caught.value)
