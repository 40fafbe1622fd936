"""A certificate authority for one test run, made with ``openssl``, and a TLS end before a server."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

OPENSSL = shutil.which("openssl")
YESTERDAY = ("-startdate", "20200101000000Z", "-enddate", "20200102000000Z")
NOW = ("-startdate", "20200101000000Z", "-enddate", "20990101000000Z")
SETTINGS = """
[ca]
default_ca = here
[here]
new_certs_dir = .
database = index.txt
unique_subject = no
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
"""
EXTENSIONS = "subjectAltName = {}\nauthorityKeyIdentifier = keyid\n"


class Authority:
    """``file`` is what a client has to trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = folder / "ca.pem"
        (folder / "index.txt").touch()
        (folder / "settings").write_text(SETTINGS, encoding="ascii")
        new = ("-config", "settings", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        self._run("req", "-x509", *new, "-subj", "/CN=tests", "-keyout", "ca.key", "-out", "ca.pem")
        self._run("req", *new, "-subj", "/CN=feed", "-keyout", "key.pem", "-out", "request.pem")

    def certificate(self, *, name: str, life: tuple[str, ...] = NOW) -> ssl.SSLContext:
        """What a server shows; ``name`` as in ``IP:127.0.0.1`` or ``DNS:elsewhere.example``."""
        (self._folder / "extensions").write_text(EXTENSIONS.format(name), encoding="ascii")
        signing = ("-batch", "-notext", "-keyfile", "ca.key", "-cert", "ca.pem", "-extfile", "extensions")
        self._run("ca", "-config", "settings", *signing, *life, "-in", "request.pem", "-out", "cert.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / "cert.pem", self._folder / "key.pem")
        return context

    def _run(self, *arguments: str) -> None:
        assert OPENSSL is not None
        subprocess.run([OPENSSL, *arguments], cwd=self._folder, check=True, capture_output=True, timeout=10)


class TlsEnd:
    """Takes TLS connections, and leads to a port where there is none. ``opened`` counts those with TLS up."""

    def __init__(self, upstream: int) -> None:
        self.context: ssl.SSLContext | None = None
        self.port = 0
        self.opened = 0
        self._upstream = upstream

    @asynccontextmanager
    async def showing(self, context: ssl.SSLContext) -> AsyncIterator[None]:
        """Listen with a certificate, always on the same port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        with contextlib.suppress(OSError):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_carry(reader, far_writer))
                tasks.create_task(_carry(far_reader, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
