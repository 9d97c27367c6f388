"""A Kafka with authentication and authorization: SASL over TLS, and mutual TLS.

Its plain listener is for the tests themselves: it needs no authentication and allows everything.
"""

from collections.abc import Iterable
from pathlib import Path

import trustme
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tests.broker.local import LocalKafka
from tests.broker.properties import Listener, free_port

Right = tuple[ResourceType, str, AclOperation]

ADMIN = "operator"
_MECHANISM = "SCRAM-SHA-512"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
_ITERATIONS = 4096


class Identities:
    """Certificates of one authority, as PEM files in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._authority = trustme.CA(organization_name="stream-edits tests")
        self._folder = folder
        self.authority = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.authority))

    def issue(self, *hosts: str, common_name: str) -> tuple[Path, Path]:
        """The files of a certificate chain and its key, for a server (its hosts) or a client."""
        issued = self._authority.issue_cert(*hosts, common_name=common_name)
        chain = self._folder / f"{common_name}.crt"
        key = self._folder / f"{common_name}.key"
        chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        # The broker reads PKCS #8 only.
        private = load_pem_private_key(issued.private_key_pem.bytes(), None)
        key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return chain, key


class SecuredKafka(LocalKafka):
    """One broker with three listeners: plain, SASL over TLS, and TLS with client certificates."""

    def __init__(self, folder: Path) -> None:
        self.identities = Identities(folder / "identities")
        self._sasl, self._tls = Listener("SASL_SSL", free_port()), Listener("SSL", free_port())
        super().__init__(
            folder / "data",
            properties=self._demands(),
            listeners=(self._sasl, self._tls),
        )

    @property
    def over_sasl(self) -> str:
        """The address of the listener that requires user and password."""
        return f"127.0.0.1:{self._sasl.port}"

    @property
    def over_tls(self) -> str:
        """The address of the listener that requires a client certificate. Its CN is the user."""
        return f"127.0.0.1:{self._tls.port}"

    def add_user(self, name: str, password: str) -> None:
        """Create a SCRAM-SHA-512 user, or change its password."""
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, _ITERATIONS)
        change = UserScramCredentialUpsertion(name, info, password.encode())
        admin = self._admin()
        for answer in admin.alter_user_scram_credentials([change]).values():
            answer.result(timeout=20)

    def allow(self, user: str, rights: Iterable[Right]) -> None:
        """Grant a user these rights: type of resource, its literal name, operation."""
        bindings = [AclBinding(*_bound(user, *right)) for right in rights]
        admin = self._admin()
        for answer in admin.create_acls(bindings).values():
            answer.result(timeout=20)

    def forbid(self, user: str, right: Right) -> None:
        """Revoke a right."""
        described = AclBindingFilter(*_bound(user, *right))
        admin = self._admin()
        (answer,) = admin.delete_acls([described]).values()
        assert len(answer.result(timeout=20)) == 1, "there was no such right"

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.bootstrap})

    def _demands(self) -> dict[str, str]:
        chain, key = self.identities.issue("127.0.0.1", "localhost", common_name="broker")
        store = chain.with_suffix(".pem")
        store.write_bytes(key.read_bytes() + chain.read_bytes())
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(store),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.identities.authority),
            "listener.name.ssl.ssl.client.auth": "required",
            "sasl.enabled.mechanisms": _MECHANISM,
            f"listener.name.sasl_ssl.{_MECHANISM.lower()}.sasl.jaas.config": f"{_SCRAM} required;",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "ssl.principal.mapping.rules": "RULE:^.*CN=([^,]+).*$/$1/,DEFAULT",
            "super.users": f"User:ANONYMOUS;User:{ADMIN}",
        }


def _bound(
    user: str, kind: ResourceType, name: str, operation: AclOperation
) -> tuple[ResourceType, str, ResourcePatternType, str, str, AclOperation, AclPermissionType]:
    return (
        kind,
        name,
        ResourcePatternType.LITERAL,
        f"User:{user}",
        "*",
        operation,
        AclPermissionType.ALLOW,
    )
