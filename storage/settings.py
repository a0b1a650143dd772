"""What can be chosen about storage. Values only; reading them from somewhere is not done here."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from storage.keys import is_key

BUCKET = re.compile(r"(?!.*(\.\.|\.-|-\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
BUSES = ("redis", "rediss", "unix")


class S3Settings(Struct, frozen=True, kw_only=True):
    """Where a bucket is and who we are there. Addresses have no path and no slash at the end.

    public_url: the store as clients reach it. prefix: "" or one that ends with a slash.
    timeout: seconds for one request, and for the wait to make it.
    """

    url: str
    public_url: str
    bucket: str
    region: str
    access_key: str
    secret_key: str
    prefix: str
    timeout: float

    def __repr__(self) -> str:
        return f"S3Settings(url={self.url!r}, bucket={self.bucket!r}, prefix={self.prefix!r})"


class StorageSettings(Struct, frozen=True, forbid_unknown_fields=True):
    data_dir: Path  # folder of the embedded database and, unless told otherwise, of the objects
    database_url: str | None = None  # postgresql://...; None or "": the embedded one is started
    objects_dir: Path | None = None  # folder of recordings and transcripts; None: data_dir/objects
    disk_reserve: int = 256 << 20  # bytes of its disk that journals leave to others
    connections: int = 8  # most database connections at a time; more work waits for a free one
    start_timeout: float = 30.0  # seconds to wait for database, and S3, when the server starts
    query_timeout: float = 10.0  # seconds after which a query, or the wait for one, is given up
    bus_url: str | None = None  # redis://..., rediss:// or unix://; None or "": one node alone
    secret_file: Path | None = None  # 32 bytes that all nodes share; None: data_dir/secret, made
    seal_after: float = 5.0  # seconds until what sessions bring goes where other nodes find it
    s3_url: str | None = None  # http(s)://host:port of an S3 store; None or "": the folder instead
    s3_public_url: str | None = None  # the same store as clients reach it; None or "": by s3_url
    s3_bucket: str = "captionflow"  # made at the start when it is missing
    s3_prefix: str = ""  # what all our keys in the bucket begin with; nobody else's may
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: str = ""
    s3_timeout: float = 20.0  # seconds after which a request, or the wait for one, is given up

    def __post_init__(self) -> None:
        for name in ("s3_url", "s3_public_url"):
            if (url := getattr(self, name)) and not _is_place(url):
                raise ValueError(f"{name} is not like http://host:port")
        if self.bus_url and urlsplit(self.bus_url).scheme not in BUSES:
            raise ValueError(f"bus_url begins with none of {', '.join(BUSES)}")
        if not 0.1 <= self.seal_after <= 60:
            raise ValueError("seal_after is not within 0.1 to 60 seconds")
        if self.s3_url and not (self.s3_access_key and self.s3_secret_key):
            raise ValueError("with s3_url go s3_access_key and s3_secret_key")
        if not BUCKET.fullmatch(self.s3_bucket):
            raise ValueError("s3_bucket is not 3 to 63 small letters, digits, dots and hyphens")
        if self.s3_prefix.strip("/") and not is_key(self.s3_prefix.strip("/")):
            raise ValueError("s3_prefix is not like a key: letters, digits, _ . - and slashes")

    @property
    def objects(self) -> Path:
        return self.objects_dir or self.data_dir / "objects"

    @property
    def secret(self) -> Path:
        return self.secret_file or self.data_dir / "secret"

    @property
    def s3(self) -> S3Settings | None:
        """None: objects are in the folder."""
        if not self.s3_url:
            return None
        prefix = self.s3_prefix.strip("/")
        return S3Settings(
            url=self.s3_url.rstrip("/"),
            public_url=(self.s3_public_url or self.s3_url).rstrip("/"),
            bucket=self.s3_bucket,
            region=self.s3_region,
            access_key=self.s3_access_key,
            secret_key=self.s3_secret_key,
            prefix=f"{prefix}/" if prefix else "",
            timeout=self.s3_timeout,
        )

    def __repr__(self) -> str:
        """Without keys, and without the address of the database: it may hold a password."""
        return f"StorageSettings(data_dir={str(self.data_dir)!r}, objects={str(self.objects)!r})"


def _is_place(url: str) -> bool:
    """Scheme, host and perhaps a port; no password, no path."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    plain = f"{parts.scheme}://{parts.netloc}" == url.rstrip("/") and "@" not in parts.netloc
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname)
