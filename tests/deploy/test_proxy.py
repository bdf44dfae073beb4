"""The nginx site in front of the production profile: TLS, ids, addresses, static files, limits and logs."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.deploy.conftest import DEPLOY, Installation
from tests.shared import ROOT

NGINX = shutil.which("nginx")
HOST = "www.example.org"
ANSWER_SECONDS = 30
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def write_certificate(folder: Path) -> None:
    """Write a certificate and its key for the example's host name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "site.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "site.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def configuration(name: str, folder: Path, replacements: dict[str, str]) -> Path:
    """Write a whole nginx configuration around a site of deploy/nginx, moved to ports and folders of this test."""
    site = (DEPLOY / "nginx" / name).read_text(encoding="utf-8")
    for old, new in replacements.items():
        assert old in site, old
        site = site.replace(old, new)
    (folder / name).write_text(site, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;"
        f" events {{}} http {{ {temporary} include /etc/nginx/mime.types; include {folder}/{name}; }}\n"
    )
    return whole


def accepted(whole: Path) -> str:
    """Return what ``nginx -t`` has to say against a configuration, ``""`` where nothing."""
    done = subprocess.run(
        [str(NGINX), "-t", "-q", "-e", str(whole.parent / "early.log"), "-c", str(whole)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr if done.returncode else ""


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a service for the length of a block, its messages in ``log``."""
    with log.open("wb") as sink, subprocess.Popen(command, env=environment, stderr=sink, stdout=sink) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


class Site:
    """The site as the world sees it."""

    def __init__(self, folder: Path, secure: int, plain: int) -> None:
        self.folder, self.secure, self.plain = folder, secure, plain
        self.trust = ssl.create_default_context(cafile=str(folder / "site.pem"))

    def get(self, path: str, *, source: str = "127.0.0.1", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Ask over TLS from an address of this machine; returns status, headers by lower-case name, body."""
        with socket.create_connection(("127.0.0.1", self.secure), timeout=30, source_address=(source, 0)) as raw:
            connection = http.client.HTTPSConnection(HOST)
            connection.sock = self.trust.wrap_socket(raw, server_hostname=HOST)
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            body = response.read()
            connection.close()
        return response.status, found, body

    def lines(self, name: str) -> list[str]:
        """Return the lines of a log."""
        return (self.folder / name).read_text(encoding="utf-8").splitlines()

    def logged(self, identifier: str) -> str:
        """Return nginx's line of a request; it is written after the answer has left."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            for line in self.lines("access.log"):
                if line.endswith(identifier):
                    return line
            threading.Event().wait(0.01)
        raise AssertionError(f"nginx did not log {identifier}")


@pytest.fixture(scope="module")
def site(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    write_certificate(folder)
    secure, plain, uds = free_port(), free_port(), folder / "web.sock"
    whole = configuration(
        "shetong.conf",
        folder,
        {
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen [::]:80;": "",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{secure} ssl;",
            "listen [::]:443 ssl http2;": "",
            "/run/shetong/web.sock": str(uds),
            "/etc/ssl/certs/shetong.pem": str(folder / "site.pem"),
            "/etc/ssl/private/shetong.key": str(folder / "site.key"),
            "/etc/nginx/snippets/": f"{DEPLOY}/nginx/",
            "/var/log/nginx/shetong.log": str(folder / "access.log"),
            "/var/lib/shetong": str(installation.var),
        },
    )
    assert accepted(whole) == ""
    serve = installation.command("serve", "--socket", str(uds))
    with (
        running(serve, installation.environment, folder / "application.log") as web,
        running([str(NGINX), "-c", str(whole)], dict(os.environ), folder / "nginx.log"),
    ):
        found = Site(folder, secure, plain)
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            assert web.poll() is None, found.lines("application.log")
            assert time.monotonic() < deadline, found.lines("error.log")
            try:
                if found.get("/healthz")[0] == 200:
                    break
            except OSError:
                pass
            threading.Event().wait(0.05)
        yield found


class TestTransport:
    def test_plain_http_is_led_to_https(self, site: Site) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", site.plain, timeout=10)
        connection.request("GET", "/search/?q=x", headers={"Host": HOST})
        response = connection.getresponse()
        connection.close()
        assert (response.status, response.getheader("Location")) == (301, f"https://{HOST}/search/?q=x")

    def test_pages_come_with_the_promised_headers(self, site: Site) -> None:
        status, headers, body = site.get("/")
        assert status == 200
        assert "社通".encode() in body
        assert headers["strict-transport-security"].startswith("max-age=31536000; includeSubDomains")
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "nginx/" not in headers["server"]

    def test_cookies_are_bound_to_this_host_and_to_https(self, site: Site) -> None:
        cookie = site.get("/accounts/login/")[1]["set-cookie"]
        assert cookie.startswith("__Host-csrf=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))

    def test_another_host_name_is_refused(self, site: Site) -> None:
        assert site.get("/", Host="evil.example.net")[0] == 400
        assert all(json.loads(line) for line in site.lines("application.log"))
        assert "evil" not in "".join(site.lines("application.log"))


class TestAddressesAndIds:
    def test_one_id_runs_from_the_proxy_s_log_through_the_program_s_to_the_answer(self, site: Site) -> None:
        identifier = site.get("/search/?q=x", X_Request_ID="chosen-by-a-client")[1]["x-request-id"]
        assert re.fullmatch(r"[0-9a-f]{32}", identifier)
        assert "GET /search/ 200 " in site.logged(identifier)
        records = [json.loads(line) for line in site.lines("application.log")]
        (record,) = [record for record in records if record.get("request_id") == identifier]
        assert (record["route"], record["status"]) == ("/search/", 200)

    def test_neither_log_holds_queries_whole_addresses_or_one_time_links(self, site: Site) -> None:
        site.get("/search/?q=110101199003078515")
        last = site.get("/accounts/password/reset/key/1-geheimes-wort/")[1]["x-request-id"]
        assert "GET /accounts/password/reset/key/- " in site.logged(last)
        for name in ("access.log", "application.log"):
            text = "\n".join(site.lines(name))
            assert "110101199003078515" not in text
            assert "geheimes" not in text
            assert "127.0.0.1" not in text
        assert any(line.startswith("127.0.0.0 [") for line in site.lines("access.log"))

    def test_metrics_and_readiness_are_not_for_the_world(self, site: Site) -> None:
        assert site.get("/metrics", X_Forwarded_For="127.0.0.1")[0] == 404
        assert site.get("/readyz")[0] == 404


class TestStaticFiles:
    def manifest(self) -> dict[str, dict[str, str]]:
        folder = ROOT / "src" / "shetong" / "web" / "static" / "dist"
        content: dict[str, dict[str, str]] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return content

    def test_built_files_are_compressed_and_kept_for_ever(self, site: Site) -> None:
        script = next(entry["file"] for entry in self.manifest().values() if entry["file"].endswith(".js"))
        status, headers, _ = site.get(f"/static/dist/{script}", Accept_Encoding="gzip")
        assert status == 200
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert headers["content-encoding"] == "gzip"
        assert headers["x-content-type-options"] == "nosniff"

    def test_modules_have_a_type_that_browsers_accept(self, site: Site) -> None:
        folder = ROOT / "src" / "shetong" / "web" / "static" / "dist"
        for path in folder.rglob("*"):
            if path.suffix in (".js", ".mjs", ".css"):
                kind = site.get(f"/static/dist/{path.relative_to(folder).as_posix()}")[1]["content-type"]
                wanted = "text/css" if path.suffix == ".css" else "javascript"
                assert wanted in kind, path.name

    def test_nothing_beside_the_static_files_is_served(self, site: Site) -> None:
        for path in ("/static/../secrets", "/static/%2e%2e/media/x", "/static../media/x", "/_open-data/x"):
            assert site.get(path)[0] in (400, 404), path


class TestLimits:
    def test_log_ins_of_one_address_are_slowed_down(self, site: Site) -> None:
        answers = [site.get("/accounts/login/", source="127.0.0.2")[0] for _ in range(20)]
        assert answers[0] == 200
        assert answers[-1] == 429
        assert site.get("/accounts/login/", source="127.0.0.3")[0] == 200


def test_the_containers_proxy_is_accepted(tmp_path: Path) -> None:
    write_certificate(tmp_path)
    replacements = {
        "server web:8000;": "server 127.0.0.1:8000;",  # a name that only the containers' network knows
        "/etc/ssl/shetong/site": f"{tmp_path}/site",
        "/etc/nginx/snippets/": f"{DEPLOY}/nginx/",
    }
    version = subprocess.run([str(NGINX), "-v"], capture_output=True, text=True, check=True).stderr
    if tuple(map(int, re.findall(r"\d+", version)[:3])) < (1, 25, 1):  # older ones say it beside `listen`
        replacements |= {"http2 on;": "", "listen 443 ssl;": "listen 443 ssl http2;"}
    assert accepted(configuration("compose.conf", tmp_path, replacements)) == ""
