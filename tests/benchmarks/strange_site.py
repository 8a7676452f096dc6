"""Another paper's site, as other papers are: chunks, pauses, compression, cookies, redirects."""

import gzip
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PAUSE = 0.03
"""Seconds between the chunks of the slow story."""
STORY = b"<p>What only members may read.</p>" * 200
PREVIEW = b"<p>What everybody may read.</p>"


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        member = "member=yes" in self.headers.get("Cookie", "")
        {
            "/slow/": self._slow,
            "/quick/": self._quick,
            "/closing/": self._closing,
            "/elsewhere/": self._elsewhere,
        }[self.path](STORY if member else PREVIEW)

    def _slow(self, text: bytes) -> None:
        packed = gzip.compress(text)
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        middle = len(packed) // 2
        for part in (packed[:middle], packed[middle:]):
            self.wfile.write(b"%x;name=value\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
            time.sleep(PAUSE)
        self.wfile.write(b"0\r\nTrailer: of no use\r\n\r\n")

    def _quick(self, text: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Set-Cookie", "seen=yes")
        self.end_headers()
        self.wfile.write(text)

    def _closing(self, text: bytes) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(text)

    def _elsewhere(self, text: bytes) -> None:
        self.send_response(302)
        self.send_header("Location", "https://elsewhere.example/sign-in/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def strange_site(certificate: Path | None = None) -> Iterator[str]:
    """Its address while it is served; over TLS when there is a certificate."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    scheme = "https" if certificate else "http"
    try:
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder: Path) -> Path:
    """A new key and a certificate that it signed itself, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a strange site")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "site.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file
