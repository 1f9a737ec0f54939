"""Fixtures of the process suites."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certificates import Certificate, make_certificate
from support.server import Server


@pytest.fixture(scope="session", autouse=True)
def many_descriptors() -> None:
    """Thousands of hostile connections come from this process."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    directory: Path = tmp_path_factory.mktemp("certificates")
    return make_certificate(directory, "foyer-test")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A plain server shared by the tests of one file."""
    with Server("--max-message-bytes", "4194304") as running:
        yield running


@pytest.fixture(scope="module")
def secure_server(certificate: Certificate) -> Iterator[Server]:
    """The same over TLS."""
    with Server("--max-message-bytes", "4194304", *certificate.server_arguments()) as running:
        yield running
