"""Receivers of messages on this machine: a mail server, and a web server that answers as told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope


@dataclass
class Mailbox:
    """What a mail server received, and what it answers: to the recipient, to the message."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    to_recipient: str = "250 OK"
    to_message: str = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.to_message == "hang up":
            session.transport = None
            server.transport.abort()
        return self.to_message


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run a mail server."""
    mailbox = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        mailbox.port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Asked:
    """A request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[Asked], "tuple[int, object] | None"]


@dataclass
class Gateway:
    """A web server; ``answer`` gives status and JSON for a request, ``None`` hangs up."""

    url: str = ""
    answer: Answer = lambda asked: (200, {})
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def gateway(answer: Answer) -> Iterator[Gateway]:
    """Run a web server that answers so."""
    there = Gateway(answer=answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            there.asked.append(asked)
            answered = there.answer(asked)
            if answered is None:
                self.close_connection = True
                return
            status, content = answered
            sent = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        there.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield there
        finally:
            server.shutdown()
            thread.join()
