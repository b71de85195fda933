"""Certificates over ACME (RFC 8555); implements ports.certifier.Certifier.

That a name is ours is proven by a record in its zone (DNS-01): hosts of the city's inner networks are no address for
an authority outside, and nothing has to answer yet when an application is deployed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any, TypeVar

import certifi
from acme import challenges, errors, messages
from acme.client import ClientNetwork, ClientV2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from josepy.jwa import ES256
from josepy.jwk import JWKEC
from josepy.util import ComparableECKey
from requests import RequestException

from cloudctl.domain.errors import Rejected, Unreachable
from cloudctl.names.updates import UpdatedNames
from cloudctl.ports.authority import IssuedTls

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcmeCertifier:
    """The authority whose directory is at `issuer`. `roots_file` (PEM) is what is trusted, also of its own server.

    The account's key is made at the first use and kept in `account_file`. `binding` is the id and the key (base64url)
    of an account that the authority knows already. A proof is shown `settle_s` seconds before it is asked for, so that
    all servers of the zone have it.
    """

    issuer: str
    zone: UpdatedNames
    account_file: Path
    contact: str = ""
    roots_file: str = ""
    binding: tuple[str, str] | None = field(default=None, repr=False)
    settle_s: float = 5.0
    patience_s: float = 90.0

    @property
    def roots(self) -> str:
        """The file's; without one those that the public trusts."""
        return Path(self.roots_file or certifi.where()).read_text("utf-8")

    def issue(self, name: str) -> IssuedTls:
        """Orders, proves, fetches; the proof is taken away again, whatever came of it."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([])
        wanted = x509.CertificateSigningRequestBuilder().subject_name(subject)
        wanted = wanted.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
        csr = wanted.sign(key, SHA256()).public_bytes(Encoding.PEM)
        chain = self._asked(name, lambda: self._ordered(name, csr))
        first = x509.load_pem_x509_certificate(chain.encode())
        return IssuedTls(
            cert_pem=first.public_bytes(Encoding.PEM).decode(),
            key_pem=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            chain_pem=chain,
            serial=first.serial_number,
            ends_at=first.not_valid_after_utc,
        )

    def _ordered(self, name: str, csr: bytes) -> str:
        client = self._client()
        order = client.new_order(csr)
        waiting = [one for one in order.authorizations if one.body.status != messages.STATUS_VALID]
        try:
            for authorization in waiting:
                self._prove(client, name, authorization)
            done = client.poll_and_finalize(order, datetime.now() + timedelta(seconds=self.patience_s))  # noqa: DTZ005 - the library's own clock
        finally:
            if waiting:
                self.zone.retract(_place(name))
        return str(done.fullchain_pem)

    def _prove(self, client: ClientV2, name: str, authorization: Any) -> None:
        offered = [one for one in authorization.body.challenges if isinstance(one.chall, challenges.DNS01)]
        if not offered:
            raise Rejected("{issuer} takes no proof by DNS for {name}.", issuer=self.issuer, name=name)
        self.zone.prove(_place(name), offered[0].chall.validation(client.net.key))
        sleep(self.settle_s)
        client.answer_challenge(offered[0], offered[0].response(client.net.key))

    def _client(self) -> ClientV2:
        key = JWKEC(key=ComparableECKey(self._account_key()))
        trusted: Any = self.roots_file or True
        net = ClientNetwork(key, alg=ES256, verify_ssl=trusted, user_agent="cloudctl")
        client = ClientV2(ClientV2.get_directory(self.issuer, net), net)
        asked: dict[str, Any] = {"terms_of_service_agreed": True}
        if self.contact:
            asked["email"] = self.contact
        if self.binding:
            asked["external_account_binding"] = messages.ExternalAccountBinding.from_data(
                key.public_key(), *self.binding, client.directory
            )
        try:
            client.new_account(messages.NewRegistration.from_data(**asked))
        except errors.ConflictError as known:
            net.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())
        return client

    def _account_key(self) -> ec.EllipticCurvePrivateKey:
        if not self.account_file.exists():
            made = ec.generate_private_key(ec.SECP256R1())
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            fresh = self.account_file.with_suffix(f".{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_bytes(pem)
            fresh.replace(self.account_file)
        key = load_pem_private_key(self.account_file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    def _asked(self, name: str, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except errors.ValidationError as error:
            told = [str(one.error.detail) for each in error.failed_authzrs for one in each.body.challenges if one.error]
            raise self._refused(name, "; ".join(told)) from error
        except (errors.IssuanceError, messages.Error) as error:
            raise self._refused(name, str(error)) from error
        except (RequestException, errors.Error) as error:
            raise Unreachable(
                "{issuer} does not answer: {error}", effect_unknown=False, issuer=self.issuer,
                error=str(error) or type(error).__name__,
            ) from error  # fmt: skip

    def _refused(self, name: str, words: str) -> Rejected:
        return Rejected("{issuer} does not certify {name}: {words}", issuer=self.issuer, name=name, words=words)


def _place(name: str) -> str:
    return f"_acme-challenge.{name}"
