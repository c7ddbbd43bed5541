"""The ways to tell someone: mail over TLS, a card to Teams or Slack, any webhook, a line in a file."""

import json
import os
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from ingest.contracts.settings import Mail, Recipient
from orchestration.alerts.events import Alert

PATIENCE = 20.0  # seconds that a server may take to answer; another try is another tick's


class NotSentError(Exception):
    """It could not be sent. The message says why, without the server's own words; `is_final` if for good."""

    def __init__(self, why: str, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final


def send(alert: Alert, to: Recipient, mail: Mail) -> None:
    """Tell one person or channel. Raises NotSentError."""
    if to.by == "email":
        _by_mail(alert, to, mail)
    elif to.by == "file":
        _by_file(alert, to)
    else:
        _by_webhook(alert, to)


def greet(mail: Mail) -> str:
    """Connect and sign in, and send nothing: for `doctor`. Raises NotSentError."""
    with _connected(mail) as server:
        server.noop()
    return f"{mail.server}:{mail.port} answers"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: nothing that is sent there passes a wire."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def secret(variable: str | None, of: str) -> str:
    """What an environment variable holds. Raises NotSentError where it is not set."""
    if not variable or not (said := os.environ.get(variable, "").strip()):
        raise NotSentError(f"the environment variable {variable} of {of} is not set")
    return said


def _by_mail(alert: Alert, to: Recipient, mail: Mail) -> None:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = alert.title, mail.sender, to.to
    letter["Date"] = formatdate(localtime=True)
    letter["Message-ID"] = make_msgid(domain="line-of-sight.invalid")
    letter["Auto-Submitted"] = "auto-generated"  # an answering machine does not answer
    letter.set_content("\n\n".join(alert.lines) + "\n")
    with _connected(mail) as server:
        try:
            server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            raise NotSentError(
                f"the mail server does not take {to.to} ({codes[0]})", is_final=min(codes) >= 500
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(f"the mail server broke off ({type(error).__name__})") from None


def _connected(mail: Mail) -> smtplib.SMTP:
    if not mail.server or not mail.sender:
        raise NotSentError("the settings name no mail server and sender; add alerts: mail")
    if mail.tls == "none" and not is_loopback(mail.server):
        raise NotSentError("mail goes without TLS to this machine alone; set alerts: mail: tls", True)
    trusted = ssl.create_default_context(cafile=str(mail.authority_file) if mail.authority_file else None)
    try:
        server: smtplib.SMTP
        if mail.tls == "tls":
            server = smtplib.SMTP_SSL(mail.server, mail.port, timeout=PATIENCE, context=trusted)
        else:
            server = smtplib.SMTP(mail.server, mail.port, timeout=PATIENCE)
        try:
            if mail.tls == "starttls":
                server.starttls(context=trusted)
            if mail.user:
                server.login(mail.user, secret(mail.password_variable, "the mail server"))
        except BaseException:
            server.close()
            raise
        return server
    except smtplib.SMTPAuthenticationError:
        raise NotSentError("the mail server does not take that user and password") from None
    except ssl.SSLError:
        raise NotSentError("the mail server's certificate is not one that this machine trusts") from None
    except (smtplib.SMTPException, OSError) as error:
        where = f"{mail.server}:{mail.port}"
        raise NotSentError(f"the mail server {where} does not answer ({type(error).__name__})") from None


def _by_webhook(alert: Alert, to: Recipient) -> None:
    import requests

    url = secret(to.url_variable, to.name)
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise NotSentError(f"the address of {to.name} is not https", is_final=True)
    try:
        # a redirect could lead anywhere, and the address is a secret
        answer = requests.post(url, json=card(alert, to.by), timeout=PATIENCE, allow_redirects=False)
    except requests.RequestException as error:
        raise NotSentError(f"{to.name} does not answer ({type(error).__name__})") from None
    if answer.status_code >= 300:
        is_final = answer.status_code in (400, 401, 403, 404, 410)
        raise NotSentError(f"{to.name} answered {answer.status_code}", is_final)


def card(alert: Alert, by: str) -> dict[str, Any]:
    """The alert as Teams (an Adaptive Card), Slack (blocks) or any other receiver takes it."""
    if by == "slack":
        text = "\n".join(_slack(line) for line in alert.lines)
        return {
            "text": _slack(alert.title),
            "blocks": [
                {"type": "header", "text": {"type": "plain_text", "text": alert.title[:150]}},
                {"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}},
            ],
        }
    if by == "teams":
        body = [
            {"type": "TextBlock", "size": "Medium", "weight": "Bolder", "wrap": True, "text": alert.title}
        ]
        body += [{"type": "TextBlock", "wrap": True, "text": line} for line in alert.lines]
        return {
            "type": "message",
            "attachments": [
                {
                    "contentType": "application/vnd.microsoft.card.adaptive",
                    "content": {
                        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                        "type": "AdaptiveCard",
                        "version": "1.4",
                        "body": body,
                    },
                }
            ],
        }
    return {"event": alert.event, "id": alert.id, "title": alert.title, "text": "\n".join(alert.lines)}


def _slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _by_file(alert: Alert, to: Recipient) -> None:
    if to.path is None:
        raise NotSentError(f"{to.name} names no path", is_final=True)
    try:
        handle = os.open(to.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(json.dumps(card(alert, "webhook")) + "\n")
    except OSError as error:
        raise NotSentError(f"{to.path} cannot be written ({error.strerror})") from None
