"""What another user could have put somewhere is not served, installed, trusted or written over."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

import pytest

from gex_xl.cli import main
from gex_xl.errors import BadInput
from gex_xl.hosts.server.state import open_state
from gex_xl.ownership import writable_by_others

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes; a user's folders are the user's")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "server"
    place.mkdir(mode=0o700)
    return place


@POSIX
@pytest.mark.parametrize("mode", [0o702, 0o777, 0o1777])
def test_a_folder_that_others_may_write_is_not_served(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    with pytest.raises(BadInput, match="server can be written by another user"):
        open_state(folder)
    assert list(folder.iterdir()) == []


@POSIX
@pytest.mark.parametrize("name", ["identity.json", "localhost.crt", "localhost.key"])
def test_a_file_that_others_may_write_is_not_served(folder: Path, name: str) -> None:
    open_state(folder)
    (folder / name).chmod(0o622)
    with pytest.raises(BadInput, match=f"{name} can be written by another user"):
        open_state(folder)


@POSIX
@pytest.mark.parametrize("name", ["identity.json", "localhost.key"])
def test_a_secret_that_others_may_read_is_not_used(folder: Path, name: str) -> None:
    open_state(folder)
    (folder / name).chmod(0o644)
    with pytest.raises(BadInput, match=f"{name} can be read by other users"):
        open_state(folder)


@POSIX
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() != 0, reason="only root can give a file away")
def test_the_file_of_another_user_is_not_served(folder: Path) -> None:
    open_state(folder)
    os.chown(folder / "localhost.crt", 12_345, 12_345)
    with pytest.raises(BadInput, match="localhost.crt can be written by another user"):
        open_state(folder)


@POSIX
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() != 0, reason="only root can give a file away")
def test_a_group_of_ones_own_is_not_others(folder: Path) -> None:
    folder.chmod(0o770)
    assert writable_by_others(folder) is None
    os.chown(folder, os.geteuid(), 12_345)
    folder.chmod(0o770)
    assert writable_by_others(folder) == folder


@POSIX
def test_a_link_is_judged_by_where_it_leads(folder: Path, tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.mkdir()
    loose.chmod(0o777)
    (loose / "target").mkdir(mode=0o700)
    (folder / "link").symlink_to(loose / "target")
    assert writable_by_others(folder / "link") == loose
    assert writable_by_others(folder) is None


def test_a_certificate_that_can_sign_others_is_refused(folder: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    made = open_state(folder)
    old = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    key = load_pem_private_key(made.key.read_bytes(), None)
    now = dt.datetime.now(dt.UTC)
    for is_ca, host in ((True, "localhost"), (False, "example.org")):
        foreign = (
            x509.CertificateBuilder()
            .subject_name(old.subject)
            .issuer_name(old.subject)
            .public_key(old.public_key())
            .serial_number(1)
            .not_valid_before(now)
            .not_valid_after(now + dt.timedelta(days=300))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(old.extensions.get_extension_for_class(x509.KeyUsage).value, critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .sign(key, hashes.SHA256())  # type: ignore[arg-type]
        )
        made.certificate.write_bytes(foreign.public_bytes(Encoding.PEM))
        with pytest.raises(BadInput, match=r"localhost\.crt is not gex_xl's"):
            open_state(folder)


@pytest.mark.slow
def test_demo_writes_over_its_own_files_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "demo"
    place.mkdir()
    (place / "sample_chain.csv").write_text("mine", encoding="utf-8")
    assert main(["demo", "--folder", str(place)]) == 2
    assert (place / "sample_chain.csv").read_text(encoding="utf-8") == "mine"
    assert "sample_chain.csv is not as gex-xl demo made it" in capsys.readouterr().err
    assert len(list(place.iterdir())) == 1
    (place / "sample_chain.csv").unlink()
    assert main(["demo", "--folder", str(place)]) == 0
    assert main(["demo", "--folder", str(place)]) == 0
    desk = (place / "desk_demo.xlsx").read_bytes() + b" "
    (place / "desk_demo.xlsx").write_bytes(desk)
    assert main(["demo", "--folder", str(place)]) == 2
    assert (place / "desk_demo.xlsx").read_bytes() == desk
