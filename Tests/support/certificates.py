"""Self-signed certificates for tests, made by the openssl command."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key on disk; `common_name` tells one certificate from another in a handshake."""

    certificate: Path
    key: Path
    common_name: str

    def server_arguments(self) -> list[str]:
        return ["--tls-cert", str(self.certificate), "--tls-key", str(self.key)]

    def replace_with(self, other: "Certificate") -> None:
        """Puts the other's files in the place of these, as an operator does before SIGHUP."""
        self.certificate.write_bytes(other.certificate.read_bytes())
        self.key.write_bytes(other.key.read_bytes())


def make_certificate(directory: Path, common_name: str) -> Certificate:
    """A certificate for 127.0.0.1 and localhost, good for a day."""
    directory.mkdir(parents=True, exist_ok=True)
    certificate = directory / f"{common_name}.crt"
    key = directory / f"{common_name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "1", "-subj", f"/CN={common_name}"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return Certificate(certificate, key, common_name)
