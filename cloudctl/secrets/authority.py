"""Certificate authorities (`ports.authority.Authority`): OpenSSH user certificates on Ed25519, TLS on ECDSA P-256."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    SSHCertificateBuilder,
    SSHCertificateType,
    load_pem_private_key,
    load_ssh_private_key,
    load_ssh_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cloudctl.domain.errors import Invalid
from cloudctl.ports.authority import IssuedTls, KeyPair, MadeAuthority

SMALLEST_RSA_BITS = 3072
LONGEST_COMMON_NAME = 64


class CryptographyAuthority:
    """Signs by the library `cryptography`; holds no key of its own."""

    def new_ssh(self, name: str) -> MadeAuthority:
        """A new Ed25519 key pair."""
        pair = self.key_pair(name)
        return MadeAuthority(private_key=pair.private_key.encode(), public=pair.public_key)

    def new_tls(self, name: str, starts_at: datetime, ends_at: datetime) -> MadeAuthority:
        """A new self-signed root that may sign servers, and no further authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = _usage(key_cert_sign=True, crl_sign=True)
        root = (
            _begun(subject, subject, key.public_key(), x509.random_serial_number(), (starts_at, ends_at))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, SHA256())
        )
        return MadeAuthority(private_key=_pem(key), public=root.public_bytes(Encoding.PEM).decode())

    def key_pair(self, comment: str) -> KeyPair:
        """A new Ed25519 pair in OpenSSH's form."""
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
        public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        return KeyPair(private_key=private, public_key=f"{public} {comment}")

    def sign_ssh(
        self,
        authority: bytes,
        public_key: str,
        *,
        serial: int,
        key_id: str,
        principals: Sequence[str],
        starts_at: datetime,
        ends_at: datetime,
        source_addresses: Sequence[str] = (),
        interactive: bool = False,
    ) -> str:
        """A user certificate; an empty list of principals, which would open every account, is refused."""
        if not principals:
            raise Invalid("A certificate names whom it is for.", field="principals", way_out="Name a host at least.")
        signer = load_ssh_private_key(authority, None)
        assert isinstance(signer, Ed25519PrivateKey)
        builder = (
            SSHCertificateBuilder()
            .public_key(_public(public_key))
            .serial(serial)
            .type(SSHCertificateType.USER)
            .key_id(key_id.encode())
            .valid_principals([name.encode() for name in principals])
            .valid_after(int(starts_at.timestamp()))
            .valid_before(int(ends_at.timestamp()))
        )
        if source_addresses:
            builder = builder.add_critical_option(b"source-address", ",".join(source_addresses).encode())
        if interactive:
            builder = builder.add_extension(b"permit-pty", b"")
        return builder.sign(signer).public_bytes().decode()

    def issue_tls(
        self, authority: bytes, root: str, *, serial: int, names: Sequence[str], starts_at: datetime, ends_at: datetime
    ) -> IssuedTls:
        """A server's certificate; the first name is also its common name, where that is short enough."""
        if not names:
            raise Invalid("A certificate has a name.", field="names", way_out="Give a DNS name or an address.")
        signer, issuer = load_pem_private_key(authority, None), x509.load_pem_x509_certificate(root.encode())
        issuing = issuer.public_key()
        assert isinstance(signer, EllipticCurvePrivateKey)
        assert isinstance(issuing, EllipticCurvePublicKey)
        key = ec.generate_private_key(ec.SECP256R1())
        common = [
            x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names[:1] if len(name) <= LONGEST_COMMON_NAME
        ]
        made = (
            _begun(x509.Name(common), issuer.subject, key.public_key(), serial, (starts_at, ends_at))
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=not common)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(signer, SHA256())
        )
        pem = made.public_bytes(Encoding.PEM).decode()
        return IssuedTls(cert_pem=pem, key_pem=_pem(key).decode(), chain_pem=pem + root, serial=serial, ends_at=ends_at)


def _public(text: str) -> Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey:
    """An OpenSSH public key of a kind that is still to be trusted; raises Invalid for any other."""
    try:
        key = load_ssh_public_key(text.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, RSAPublicKey) and key.key_size < SMALLEST_RSA_BITS:
        key = None
    if not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey):
        raise Invalid(
            "This is no public key of ssh that can be signed.",
            field="public_key",
            way_out="Give the line of a file like ~/.ssh/id_ed25519.pub (Ed25519, ECDSA, or RSA of {bits} bits).",
            bits=SMALLEST_RSA_BITS,
        )
    return key


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        pass
    labels = name.removeprefix("*.").split(".")
    if len(name) > 253 or not all(_label(label) for label in labels):
        raise Invalid(
            "{name} is neither a DNS name nor an address.", field="names", way_out="Write it as site.fgw.city.gov.cn.",
            name=name[:80],
        )  # fmt: skip
    return x509.DNSName(name)


def _label(label: str) -> bool:
    plain = label.replace("-", "")
    return 0 < len(label) <= 63 and plain.isascii() and plain.isalnum() and label[0] != "-" != label[-1]


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePublicKey,
    serial: int,
    times: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(times[0])
        .not_valid_after(times[1])
    )


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
