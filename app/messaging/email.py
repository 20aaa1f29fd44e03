"""SMTP: one mail, handed to the mail server, or an error that says what became of it.

smtplib's `sendmail` tells a lost connection before the mail from one after it by nothing. Here the steps are taken one
by one: until the final dot the server has nothing, after it the mail may be on its way whatever we hear.
"""

import ssl
from email.message import EmailMessage
from smtplib import SMTP, SMTP_SSL, SMTPAuthenticationError, SMTPException, SMTPResponseException

from ..delivery_errors import Permanent, Temporary, Unclear
from ..mail_server import MailServer, Security
from .addresses import wire_address

SECONDS = 20.0  # for each answer of the server


def send(mail: EmailMessage, address: str, server: MailServer, seconds: float = SECONDS) -> None:
    """Hand `mail` for `address` to the server. Raises Temporary, Permanent or Unclear."""
    smtp = _connected(server, seconds)
    try:
        _hand_over(smtp, mail, wire_address(address), server.sender.address)
    finally:
        smtp.close()  # QUIT would wait for an answer that changes nothing


def greet(server: MailServer, seconds: float = SECONDS) -> None:
    """Connect, encrypt and sign in as `send` would, and send nothing. Raises Temporary."""
    _connected(server, seconds).close()


def _connected(server: MailServer, seconds: float) -> SMTP:
    where = f"{server.host}, port {server.port}"
    try:
        return _logged_in(_open(server, seconds), server)
    except ssl.SSLCertVerificationError as wrong:
        raise Temporary(
            f"The certificate of the mail server {where} is wrong: {wrong.verify_message}."
        ) from wrong
    except SMTPAuthenticationError as refused:
        raise Temporary(
            f"The mail server {where} refused our user name or password: {_said(refused)}"
        ) from refused
    except SMTPResponseException as refused:
        raise Temporary(f"The mail server {where} turned us away: {_said(refused)}") from refused
    except (SMTPException, OSError) as lost:
        raise Temporary(f"The mail server {where} could not be reached: {_reason(lost)}.") from lost


def _open(server: MailServer, seconds: float) -> SMTP:
    if server.security is Security.TLS:
        return SMTP_SSL(server.host, server.port, timeout=seconds, context=ssl.create_default_context())
    return SMTP(server.host, server.port, timeout=seconds)


def _logged_in(smtp: SMTP, server: MailServer) -> SMTP:
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.security is Security.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if server.username:
            smtp.login(server.username, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _hand_over(smtp: SMTP, mail: EmailMessage, address: str, sender: str) -> None:
    try:
        _announce(smtp, address, sender)
        smtp.send(_dotted(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))))
    except (SMTPException, OSError) as lost:
        raise Temporary(f"The connection to the mail server was lost: {_reason(lost)}.") from lost
    try:
        smtp.send(b".\r\n")
        answer = smtp.getreply()
    except (SMTPException, OSError) as lost:
        raise Unclear(
            "The mail server got the whole message and then did not say whether it took it: "
            f"{_reason(lost)}. It may have arrived."
        ) from lost
    _require(answer, 250)


def _announce(smtp: SMTP, address: str, sender: str) -> None:
    options = []
    if not address.isascii():
        if not smtp.has_extn("smtputf8"):
            raise Permanent("Your mail server cannot send to addresses with letters other than a to z.")
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    _require(smtp.mail(sender, options), 250)
    _require(smtp.rcpt(address), 250, 251)
    _require(smtp.docmd("DATA"), 354)


def _require(answer: tuple[int, bytes], *good: int) -> None:
    code, text = answer
    if code in good:
        return
    said = f"The mail server answered: {code} {_plain(text)}"
    raise Permanent(said) if code >= 500 else Temporary(said)


def _dotted(content: bytes) -> bytes:
    """Lines that begin with a dot get a second one, or the first would end the mail."""
    doubled = content.replace(b"\r\n.", b"\r\n..")
    doubled = b"." + doubled if doubled.startswith(b".") else doubled
    return doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"


def _said(refused: SMTPResponseException) -> str:
    return f"{refused.smtp_code} {_plain(refused.smtp_error)}"


def _plain(text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(words.split())[:300]


def _reason(lost: Exception) -> str:
    if isinstance(lost, TimeoutError) or "timed out" in str(lost):
        return "it did not answer in time"
    return _plain(str(getattr(lost, "strerror", None) or lost) or type(lost).__name__).rstrip(".")
