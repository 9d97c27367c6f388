"""Settings for the secured broker: correct, or wrong in one of them."""

from pathlib import Path

from tests.broker.secured import ADMIN, SecuredKafka

PASSWORD = "SECRET-pass, word; 'quoted' = \"twice\""
WRONG = "SECRET-wrong-password"


def by_password(kafka: SecuredKafka, user: str = ADMIN, **changed: str) -> dict[str, str]:
    """SCRAM over TLS, as environment variables without their prefix."""
    return {
        "BOOTSTRAP_SERVERS": kafka.over_sasl,
        "KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA__SASL_MECHANISM": "SCRAM-SHA-512",
        "KAFKA__SASL_USERNAME": user,
        "KAFKA__SASL_PASSWORD": PASSWORD,
        "KAFKA__SSL_CA_LOCATION": str(kafka.identities.authority),
        **changed,
    }


def by_certificate(kafka: SecuredKafka, chain: Path, key: Path) -> dict[str, str]:
    """TLS in both directions, as keys of the settings file."""
    return {
        "security.protocol": "SSL",
        "ssl.ca.location": str(kafka.identities.authority),
        "ssl.certificate.location": str(chain),
        "ssl.key.location": str(key),
    }
