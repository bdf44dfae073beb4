"""A time-stamping authority for tests: ``openssl ts`` behind HTTP."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

OPENSSL = """
[ca]
basicConstraints = critical, CA:true
[stamper]
extendedKeyUsage = critical, timeStamping
basicConstraints = CA:false
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
"""


@pytest.fixture(scope="session")
def time_stamping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A time-stamping authority (``openssl ts``) behind HTTP: its address and its root certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "serial").write_text("01\n")
    config = folder / "openssl.cnf"
    config.write_text(OPENSSL.format(folder=folder))
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]
    extensions = ["-extfile", str(config), "-extensions", "stamper"]
    steps = [
        ["req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Root"],
        ["req", *new_key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Stamper"],
        ["x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-out", "tsa.pem", *extensions],
    ]
    for step in steps:
        subprocess.run(["openssl", *step], cwd=folder, check=True, capture_output=True)

    class Stamper(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            command = ["openssl", "ts", "-reply", "-config", config, "-queryfile", "query", "-out", "answer"]
            command += ["-signer", "tsa.pem", "-inkey", "tsa.key"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            self.send_response(200)
            self.end_headers()
            self.wfile.write((folder / "answer").read_bytes())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    with HTTPServer(("127.0.0.1", 0), Stamper) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", folder / "ca.pem"
        server.shutdown()
        thread.join()
