"""E-mail over SMTP, plain text. The Message-ID is made from the key, so that readers can tell a repetition."""

from __future__ import annotations

import hashlib
import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from shetong.accounts.services.channels import Adapter, Outgoing, PermanentError, TemporaryError, UncertainError


class _Email:
    repeatable = False

    def ready(self) -> bool:
        return bool(settings.EMAIL_HOST)

    def send(self, message: Outgoing) -> None:
        # Connected first: what fails here has certainly not gone out.
        connection = EmailBackend()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise TemporaryError(_code(error, "unreachable")) from None
        try:
            connection.send_messages([_mail(message)])
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            kind = PermanentError if codes and all(code >= 500 for code in codes) else TemporaryError
            raise kind(f"smtp-{codes[0] if codes else 0}") from None
        except smtplib.SMTPServerDisconnected:
            raise UncertainError("disconnected") from None
        except smtplib.SMTPResponseException as error:
            kind = PermanentError if error.smtp_code >= 500 else TemporaryError
            raise kind(f"smtp-{error.smtp_code}") from None
        except OSError as error:
            raise UncertainError(_code(error, "broken-off")) from None
        finally:
            connection.close()


def _mail(message: Outgoing) -> EmailMessage:
    body = [message.text or message.title]
    if message.url:
        body.append(_("查看详情：%(url)s") % {"url": message.url})
    body.append(_("这是社通自动发出的通知，请不要回复。不想再收到的，登录后在“消息设置”中关闭。"))
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    name = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    return EmailMessage(
        subject=" ".join(message.title.split()),
        body="\n\n".join(body),
        to=[message.address],
        headers={"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"},
    )


def _code(error: Exception, otherwise: str) -> str:
    return f"smtp-{error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else otherwise


ADAPTER: Adapter = _Email()
