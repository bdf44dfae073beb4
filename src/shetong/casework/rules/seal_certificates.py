"""X.509 certificates of electronic seals: made by the deployment's own authority, or read from a PKCS#12 file.

Profile after RFC 5280: ECDSA on P-256 with SHA-256; a seal may sign documents (digitalSignature, nonRepudiation) and
nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError

ISSUER_LIFE = timedelta(days=20 * 365)
SEAL_LIFE = timedelta(days=5 * 365)
# Clocks of other machines may be a little behind.
_EARLIER = timedelta(minutes=10)
LEAST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate (PEM), its private key (PKCS#8, DER) and the certificates above it (PEM, the root last)."""

    certificate: str
    private_key: bytes
    chain: str = ""

    @property
    def parsed(self) -> x509.Certificate:
        """Return the certificate for reading."""
        return x509.load_pem_x509_certificate(self.certificate.encode())

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate in hexadecimal."""
        return self.parsed.fingerprint(hashes.SHA256()).hex()


def make_issuer(name: str, *, at: datetime) -> Pair:
    """Return a new self-signed certification authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name, name)
    builder = _builder(subject, subject, key.public_key(), at, ISSUER_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(issuer=True), critical=True)
    return Pair(_pem(builder.sign(key, hashes.SHA256())), _pkcs8(key))


def issue(authority: str, division_code: str, issuer: Pair, *, at: datetime, remark: str = "") -> Pair:
    """Return a seal certificate for an authority. ``remark`` stands in it as organisational unit."""
    key = ec.generate_private_key(ec.SECP256R1())
    above = issuer.parsed
    signer = serialization.load_der_private_key(issuer.private_key, None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)  # noqa: S101 - made by make_issuer
    subject = _name(authority, f"{authority}电子印章", division_code, remark)
    until = min(SEAL_LIFE, above.not_valid_after_utc - at)
    builder = _builder(subject, above.subject, key.public_key(), at, until)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(issuer=False), critical=True)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(identifier, critical=False)
    return Pair(_pem(builder.sign(signer, hashes.SHA256())), _pkcs8(key), issuer.certificate)


def from_pkcs12(content: bytes, password: str, *, at: datetime) -> Pair:
    """Return the seal of a PKCS#12 file. Raises :class:`InvalidInputError` with what is wrong with it."""
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, password.encode() or None)
    except ValueError:
        raise InvalidInputError(
            gettext("打不开这个印章文件：不是 PKCS#12 格式，或者口令不对。"), code="seal-unreadable"
        ) from None
    if key is None or certificate is None:
        raise InvalidInputError(
            gettext("印章文件里没有私钥或者证书，请向签发机构索取完整的文件。"), code="seal-incomplete"
        )
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise InvalidInputError(gettext("印章的密钥类型不受支持，请使用 RSA 或者 ECDSA 证书。"), code="seal-key")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < LEAST_RSA_BITS:
        raise InvalidInputError(
            gettext("印章的 RSA 密钥短于%(least_rsa_bits)s位，请更换。") % {"least_rsa_bits": LEAST_RSA_BITS},
            code="seal-key",
        )
    if not certificate.not_valid_before_utc <= at < certificate.not_valid_after_utc:
        raise InvalidInputError(gettext("印章证书不在有效期内，请更换。"), code="seal-expired")
    if not _may_sign(certificate):
        raise InvalidInputError(gettext("这个证书的用途不含数字签名，不能用作印章。"), code="seal-usage")
    chain = "".join(_pem(one) for one in _upwards(certificate, others))
    return Pair(_pem(certificate), _pkcs8(key), chain)


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def _upwards(certificate: x509.Certificate, others: list[x509.Certificate]) -> list[x509.Certificate]:
    """Return the certificates above ``certificate`` in order, as far as they are there."""
    found: list[x509.Certificate] = []
    here = certificate
    while here.issuer != here.subject:
        above = next((one for one in others if one.subject == here.issuer and one not in found), None)
        if above is None:
            break
        found.append(above)
        here = above
    return found


def _name(organisation: str, common: str, division_code: str = "", remark: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
        x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
    ]
    if remark:
        parts.insert(2, x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, remark[:64]))
    if division_code:
        parts.insert(1, x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, division_code))
    return x509.Name(parts)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, life: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=at - _EARLIER,
        not_valid_after=at + life,
    )
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _usage(*, issuer: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issuer,
        content_commitment=not issuer,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issuer,
        crl_sign=issuer,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _pkcs8(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
