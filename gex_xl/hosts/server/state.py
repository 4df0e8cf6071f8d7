"""What the server keeps for a user between starts: the add-in's identity, its token, and a certificate."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import ipaddress
import json
import os
import re
import secrets
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gex_xl.errors import BadInput
from gex_xl.hosts.requirement import Requirement
from gex_xl.ownership import readable_by_others, writable_by_others

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, GeneralName

EXTRA = ("starlette", "uvicorn", "cryptography")
NEEDS_EXTRA = 'gex-xl serve needs packages that are not installed here; install them: pip install "gex-xl[server]"'
NEEDS_LICENSE = (
    "gex-xl serve uses xlwings PRO, which is free for noncommercial use (XLWINGS_LICENSE_KEY=noncommercial) and paid "
    "for all other: set XLWINGS_LICENSE_KEY to your own key; the hosts lite and classic need none"
)
#: The longest life that macOS grants a certificate which a user trusts is 825 days.
_DAYS, _RENEW_DAYS = 700, 14


@dataclass(frozen=True, slots=True)
class State:
    """`identity`: the add-in's id, by which Excel knows it again. `token`: what every request must carry.

    `new_certificate`: it was made just now, so this machine does not trust it yet.
    """

    folder: Path
    identity: str
    token: str
    new_certificate: bool

    @property
    def certificate(self) -> Path:
        """PEM, to be trusted by this machine."""
        return self.folder / "localhost.crt"

    @property
    def key(self) -> Path:
        """PEM, private."""
        return self.folder / "localhost.key"

    @property
    def manifest(self) -> Path:
        """What Excel is given to load the add-in."""
        return self.folder / "gex_xl_manifest.xml"


def user_folder() -> Path:
    """Where this system keeps a user's own settings."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return base / "gex_xl" / "server"


def open_state(folder: Path) -> State:
    """What is kept in a folder; what is missing, damaged or about to expire is made.

    Raises BadInput where the folder cannot be used, where another user could have put something there, where the
    certificate could sign others, or where cryptography is missing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # Windows keeps a user's folders to the user anyway
    except OSError as error:
        raise BadInput(f"{folder} cannot be used: {error.strerror}; choose one with --folder") from None
    _only_ours(folder)
    identity, token = _identity(folder / "identity.json")
    state = State(folder, identity, token, False)
    if _certificate_is_good(state):
        return state
    _make_certificate(state)
    return State(folder, identity, token, True)


def _only_ours(folder: Path) -> None:
    """Raises BadInput where another user may write what is served and trusted, or read the key or the token."""
    names = ("identity.json", "localhost.crt", "localhost.key")
    for path in (folder, *(folder / name for name in names if (folder / name).exists())):
        if (loose := writable_by_others(path)) is not None:
            raise BadInput(f"{loose} can be written by another user; choose a folder of your own with --folder")
    for name in ("identity.json", "localhost.key"):
        if readable_by_others(folder / name):
            raise BadInput(f"{folder / name} can be read by other users; remove it, and gex-xl serve makes it anew")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, in one step."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def requirements() -> list[Requirement]:
    """What `gex-xl serve` needs, and whether it is here; no licence key is read, only whether there is one."""
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    folder = user_folder()
    certificate = folder / "localhost.crt"
    licensed = bool(os.environ.get("XLWINGS_LICENSE_KEY")) or _key_in_settings()
    return [
        Requirement(
            "packages of gex-xl[server]",
            not missing,
            "installed" if not missing else f"no {', '.join(missing)}",
            "" if not missing else 'pip install "gex-xl[server]"',
        ),
        Requirement(
            "your licence for xlwings PRO",
            licensed,
            "a key is set; whether it is good shows at the start" if licensed else "no XLWINGS_LICENSE_KEY",
            "" if licensed else NEEDS_LICENSE,
        ),
        Requirement(
            "certificate for https://localhost",
            certificate.exists(),
            str(certificate) if certificate.exists() else f"none in {folder}",
            "" if certificate.exists() else "gex-xl serve makes it, and says how to trust it",
        ),
        Requirement(
            "Excel 2021 or later, Microsoft 365, or Excel on the web, with the add-in that gex-xl serve names",
            None,
            "not visible from outside Excel",
            "run gex-xl serve; it says how to add it",
        ),
    ]


def _key_in_settings() -> bool:
    """Whether xlwings' own settings hold a key: it takes one from there too."""
    home = Path.home()
    folder = home / "Library/Containers/com.microsoft.Excel/Data" if sys.platform == "darwin" else home / ".xlwings"
    with contextlib.suppress(OSError):
        text = (folder / "xlwings.conf").read_text(encoding="utf-8", errors="replace")
        return re.search(r'^"LICENSE_KEY","[^"]+"', text, re.M) is not None
    return False


def _identity(path: Path) -> tuple[str, str]:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        identity, token = str(uuid.UUID(str(kept["id"]))), str(kept["token"])
        if len(token) >= 32 and token.isascii() and token.replace("-", "").replace("_", "").isalnum():
            return identity, token
    identity, token = str(uuid.uuid4()), secrets.token_urlsafe(32)
    write_private(path, json.dumps({"id": identity, "token": token}).encode())
    return identity, token


def _certificate_is_good(state: State) -> bool:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        certificate = x509.load_pem_x509_certificate(state.certificate.read_bytes())
        key = load_pem_private_key(state.key.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return False
    if not _is_leaf(certificate):
        raise BadInput(
            f"{state.certificate} is not gex_xl's: whoever trusts it would trust more than this machine's server; "
            "remove it, from where it is trusted too"
        )
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=_RENEW_DAYS)
    return key.public_key() == certificate.public_key() and certificate.not_valid_after_utc > soon


def _is_leaf(certificate: Certificate) -> bool:
    """Whether it says that it signs no others, and names this machine alone."""
    from cryptography import x509

    try:
        signs = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return not (signs or usage.key_cert_sign or usage.crl_sign) and set(names) == set(_hosts())


def _hosts() -> list[GeneralName]:
    from cryptography import x509

    return [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]


def _make_certificate(state: State) -> None:
    """For this machine's own name only, and unable to sign others: to trust it opens nothing else."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gex_xl on this machine")])
    now = dt.datetime.now(dt.UTC)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"), False)  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName(_hosts()), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(state.key, private)
    write_private(state.certificate, certificate.public_bytes(serialization.Encoding.PEM))
