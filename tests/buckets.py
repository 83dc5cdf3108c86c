"""A server of our own that speaks as S3 does, on a port of this machine, for tests of storages in buckets."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

SECRET = "not-to-be-seen-anywhere"


@dataclass
class Buckets:
    """A server; what it holds outlives its going away.

    :param address: where it answers
    :param environment: what those need who use it
    """

    address: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    _server: ThreadedMotoServer | None = None
    _port: int = 0

    def come(self) -> None:
        """Answer, after the first time at the same address."""
        self._server = ThreadedMotoServer("127.0.0.1", self._port, verbose=False)
        self._server.start()
        _, self._port = self._server.get_host_and_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self.environment = {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": "farm",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def go(self) -> None:
        """Answer no more."""
        assert self._server is not None
        self._server.stop()

    def make(self) -> str:
        """A new bucket's name."""
        name = f"films-{os.urandom(6).hex()}"
        self._client().create_bucket(Bucket=name)
        return name

    def names(self, bucket: str | None = None) -> list[str]:
        """Of all buckets, or of what is seen in one."""
        if bucket is None:
            return [each["Name"] for each in self._client().list_buckets()["Buckets"]]
        return [each["Key"] for each in self._client().list_objects_v2(Bucket=bucket).get("Contents", [])]

    def half_sent(self, bucket: str) -> int:
        """How many uploads in parts were begun and not ended."""
        return len(self._client().list_multipart_uploads(Bucket=bucket).get("Uploads", []))

    def trust(self, *, anybody: bool) -> None:
        """Whether whoever asks gets what they ask for; else nobody does."""
        requests.post(
            f"{self.address}/moto-api/reset-auth", data="inf" if anybody else "0", timeout=5
        ).raise_for_status()

    def _client(self):  # type: ignore[no-untyped-def]
        return boto3.client(
            "s3",
            endpoint_url=self.address,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@pytest.fixture(scope="session")
def _buckets() -> Iterator[Buckets]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    found = Buckets()
    found.come()
    yield found
    found.go()


@pytest.fixture
def buckets(_buckets: Buckets, monkeypatch: pytest.MonkeyPatch) -> Buckets:
    """A server that whoever looks into the environment finds."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "FSSPEC_"))]:
        monkeypatch.delenv(name)
    for name, value in _buckets.environment.items():
        monkeypatch.setenv(name, value)
    return _buckets
