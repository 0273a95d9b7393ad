"""An object store on loopback that speaks as much of S3 as reading takes: lists, heads and (ranges of) objects."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import md5
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

from tests.ingest.loopback import Quiet, listening

TIME = "2026-01-01T00:00:00.000Z"


class Bucket:
    """Objects by key, in one bucket; `lost` bytes fewer come of each than lists say."""

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        self.objects = dict(objects)
        self.lost = 0
        self.signed: set[bool] = set()
        self.url = ""

    def listed(self, asked: Mapping[str, list[str]]) -> bytes:
        prefix, delimiter = asked.get("prefix", [""])[0], asked.get("delimiter", [""])[0]
        keys, folders = list[str](), list[str]()
        for key in sorted(self.objects):
            rest = key.removeprefix(prefix)
            if key.startswith(prefix) and delimiter and delimiter in rest:
                folders.append(prefix + rest.partition(delimiter)[0] + delimiter)
            elif key.startswith(prefix):
                keys.append(key)
        rows = [
            f"<Contents><Key>{key}</Key><LastModified>{TIME}</LastModified><ETag>&quot;{tag(self.objects[key])}&quot;</ETag>"
            f"<Size>{len(self.objects[key]) + self.lost}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            for key in keys
        ]
        rows += [f"<CommonPrefixes><Prefix>{one}</Prefix></CommonPrefixes>" for one in dict.fromkeys(folders)]
        head = f"<Name>lake</Name><Prefix>{prefix}</Prefix><KeyCount>{len(rows)}</KeyCount>"
        return (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"{head}<IsTruncated>false</IsTruncated>{''.join(rows)}</ListBucketResult>"
        ).encode()


def tag(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()


@contextmanager
def served(bucket: Bucket) -> Iterator[Bucket]:
    """The store, for as long as the block runs; its bucket is called `lake`."""

    class Handler(Quiet, BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            key = unquote(parts.path).removeprefix("/lake").lstrip("/")
            bucket.signed.add(self.headers["Authorization"] is not None)
            if not key:
                self.give(bucket.listed(parse_qs(parts.query)), headers={"Content-Type": "application/xml"})
                return
            if key not in bucket.objects:
                self.give(b"", 404)
                return
            data, said = bucket.objects[key], {"ETag": f'"{tag(bucket.objects[key])}"'}
            said |= {"Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT", "Accept-Ranges": "bytes"}
            span = self.headers["Range"]
            if span is None:
                self.give(data, headers=said)
                return
            low, _, high = span.removeprefix("bytes=").partition("-")
            first, last = int(low), min(int(high or len(data) - 1), len(data) - 1)
            part = data[first : last + 1]
            self.give(part, 206, {**said, "Content-Range": f"bytes {first}-{last}/{len(data)}"})

        def do_HEAD(self) -> None:
            self.do_GET()

    with listening(Handler) as port:
        bucket.url = f"127.0.0.1:{port}"
        yield bucket
