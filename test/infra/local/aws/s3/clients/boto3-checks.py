"""Checks one S3 operation with boto3. Run as: boto3-checks.py OPERATION, with EP, B, P and AWS_* in the environment."""

import base64
import hashlib
import io
import os
import sys
import urllib.request
import uuid

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET, PREFIX = os.environ["B"], os.environ["P"]
s3 = boto3.client("s3", endpoint_url=os.environ["EP"], config=Config(signature_version="s3v4"))
SMALL, LARGE = open("small", "rb").read(), open("large", "rb").read()
KEY = PREFIX + "k"
ODD = PREFIX + "a b+&<>'\"%#?😀.mp4"
PARTS = TransferConfig(multipart_threshold=5 * 1024**2, multipart_chunksize=5 * 1024**2, max_concurrency=4)


def body(key=KEY, **more):
    return s3.get_object(Bucket=BUCKET, Key=key, **more)["Body"].read()


def put(key=KEY, data=SMALL, **more):
    return s3.put_object(Bucket=BUCKET, Key=key, Body=data, **more)


def keys():
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=PREFIX)
    return [each["Key"] for page in pages for each in page.get("Contents", [])]


def refused(code, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError(f"{code} was expected")


def put_get():
    s3.upload_file("small", BUCKET, KEY)
    s3.download_file(BUCKET, KEY, "back")
    assert open("back", "rb").read() == SMALL


def put_from_a_pipe():
    s3.upload_fileobj(io.BytesIO(SMALL), BUCKET, KEY)
    assert body() == SMALL


def multipart_put():
    s3.upload_file("large", BUCKET, KEY, Config=PARTS)
    assert body() == LARGE
    assert s3.head_object(Bucket=BUCKET, Key=KEY)["ETag"].endswith('-4"')
    assert s3.head_object(Bucket=BUCKET, Key=KEY, PartNumber=2)["ContentLength"] == 5 * 1024**2


def abort_a_multipart_put():
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)["UploadId"]
    about = {"Bucket": BUCKET, "Key": KEY, "UploadId": upload}
    tag = s3.upload_part(**about, PartNumber=1, Body=SMALL)["ETag"]
    wrong = {"Parts": [{"PartNumber": 1, "ETag": '"' + "0" * 32 + '"'}]}
    refused("InvalidPart", s3.complete_multipart_upload, **about, MultipartUpload=wrong)
    assert [part["ETag"] for part in s3.list_parts(**about)["Parts"]] == [tag]
    s3.abort_multipart_upload(**about)
    right = {"Parts": [{"PartNumber": 1, "ETag": tag}]}
    refused("NoSuchUpload", s3.complete_multipart_upload, **about, MultipartUpload=right)


def odd_names():
    names = [ODD, PREFIX + "&amp;", PREFIX + "..", PREFIX + "lf\n", PREFIX + "日本 語"]
    for name in names:
        put(name, name.encode())
    assert sorted(keys()) == sorted(names)
    assert all(body(name) == name.encode() for name in names)


def list_1_200_keys():
    for number in range(1200):
        put(f"{PREFIX}{number:04}", b"x")
    assert keys() == [f"{PREFIX}{number:04}" for number in range(1200)]
    pages = s3.get_paginator("list_objects").paginate(Bucket=BUCKET, Prefix=PREFIX)
    assert sum(len(page["Contents"]) for page in pages) == 1200


def copy_an_odd_name():
    put(ODD)
    s3.copy_object(Bucket=BUCKET, Key=KEY, CopySource={"Bucket": BUCKET, "Key": ODD})
    assert body() == SMALL
    etag = s3.head_object(Bucket=BUCKET, Key=ODD)["ETag"]
    source = {"Bucket": BUCKET, "Key": ODD}
    s3.copy_object(Bucket=BUCKET, Key=KEY, CopySource=source, CopySourceIfMatch=etag)
    refused("PreconditionFailed", s3.copy_object, Bucket=BUCKET, Key=KEY, CopySource=source, CopySourceIfNoneMatch=etag)


def copy_a_version():
    version = put()["VersionId"]
    put(data=b"newer")
    source = {"Bucket": BUCKET, "Key": KEY, "VersionId": version}
    assert s3.copy_object(Bucket=BUCKET, Key=PREFIX + "copy", CopySource=source)["CopySourceVersionId"] == version
    assert body(PREFIX + "copy") == SMALL


def multipart_copy():
    put(ODD, LARGE)
    s3.copy({"Bucket": BUCKET, "Key": ODD}, BUCKET, KEY, Config=PARTS)
    assert body() == LARGE


def metadata():
    put(Metadata={"board": "42"}, ContentType="video/mp4", CacheControl="no-cache")
    head = s3.head_object(Bucket=BUCKET, Key=KEY)
    assert (head["Metadata"], head["ContentType"], head["CacheControl"]) == ({"board": "42"}, "video/mp4", "no-cache")
    refused("MetadataTooLarge", put, Metadata={"long": "x" * 2100})


def change_metadata():
    put()
    source = {"Bucket": BUCKET, "Key": KEY}
    s3.copy_object(Bucket=BUCKET, Key=KEY, CopySource=source, MetadataDirective="REPLACE", Metadata={"a": "b"})
    assert s3.head_object(Bucket=BUCKET, Key=KEY)["Metadata"] == {"a": "b"}
    refused("InvalidRequest", s3.copy_object, Bucket=BUCKET, Key=KEY, CopySource=source)


def ranged_read():
    put()
    assert body(Range="bytes=10-19") == SMALL[10:20]
    assert body(Range="bytes=-10") == SMALL[-10:]
    refused("InvalidRange", body, Range="bytes=200000-")


def presigned_get():
    put(ODD)
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": ODD}, 60)
    assert urllib.request.urlopen(url).read() == SMALL


def presigned_put():
    url = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": ODD, "ContentType": "video/mp4"}, 60)
    request = urllib.request.Request(url, SMALL, {"Content-Type": "video/mp4"}, method="PUT")
    assert urllib.request.urlopen(request).status == 200
    assert body(ODD) == SMALL
    old = boto3.client("s3", endpoint_url=os.environ["EP"], config=Config(signature_version="s3"))
    try:
        urllib.request.urlopen(old.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": ODD}, 60))
    except urllib.error.HTTPError as error:
        assert error.code == 400 and b"AWS4-HMAC-SHA256" in error.read()
    else:
        raise AssertionError("a URL of signature version 2 was accepted")


def form_post():
    post = s3.generate_presigned_post(BUCKET, PREFIX + "${filename}", ExpiresIn=60)
    boundary = uuid.uuid4().hex
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
    fields = "".join(part % (name, "") + f"{value}\r\n" for name, value in post["fields"].items())
    data = fields.encode() + (part % ("file", '; filename="my clip.mp4"')).encode() + SMALL + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(post["url"], data, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    assert urllib.request.urlopen(request).status == 204
    assert body(PREFIX + "my clip.mp4") == SMALL


def versions():
    first = put()["VersionId"]
    put(data=b"second")
    marker = s3.delete_object(Bucket=BUCKET, Key=KEY)
    assert marker["DeleteMarker"]
    refused("NoSuchKey", body)
    assert body(VersionId=first) == SMALL
    listed = s3.list_object_versions(Bucket=BUCKET, Prefix=KEY)
    assert len(listed["Versions"]) == 2 and listed["DeleteMarkers"][0]["VersionId"] == marker["VersionId"]
    s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=marker["VersionId"])
    assert body() == b"second"


def delete_a_version():
    version = put()["VersionId"]
    s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=version)
    refused("NoSuchVersion", body, VersionId=version)


def tags():
    put(Tagging="team=video")
    assert s3.get_object(Bucket=BUCKET, Key=KEY)["TagCount"] == 1
    new = [{"Key": "a", "Value": "b & c"}]
    s3.put_object_tagging(Bucket=BUCKET, Key=KEY, Tagging={"TagSet": new})
    assert s3.get_object_tagging(Bucket=BUCKET, Key=KEY)["TagSet"] == new
    s3.delete_object_tagging(Bucket=BUCKET, Key=KEY)
    assert s3.get_object_tagging(Bucket=BUCKET, Key=KEY)["TagSet"] == []


def checksums():
    for algorithm in ["CRC32", "SHA1", "SHA256"]:
        put(PREFIX + algorithm, ChecksumAlgorithm=algorithm)
        answer = s3.get_object(Bucket=BUCKET, Key=PREFIX + algorithm, ChecksumMode="ENABLED")
        assert answer["Body"].read() == SMALL and answer["Checksum" + algorithm]
    s3.upload_file("large", BUCKET, KEY, Config=PARTS, ExtraArgs={"ChecksumAlgorithm": "SHA256"})
    assert s3.head_object(Bucket=BUCKET, Key=KEY, ChecksumMode="ENABLED")["ChecksumSHA256"].endswith("-4")


def wrong_checksum_refused():
    wrong = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    refused("BadDigest", put, ChecksumSHA256=wrong)
    refused("BadDigest", put, ContentMD5=base64.b64encode(b"0" * 16).decode())
    refused("InvalidDigest", put, ContentMD5="nonsense")
    assert keys() == []


def conditional_put():
    etag = put(IfNoneMatch="*")["ETag"]
    refused("PreconditionFailed", put, IfNoneMatch="*")
    put(data=b"new", IfMatch=etag)
    refused("PreconditionFailed", put, IfMatch=etag)


def object_info():
    put()
    assert s3.get_object_acl(Bucket=BUCKET, Key=KEY)["Grants"][0]["Permission"] == "FULL_CONTROL"
    about = s3.get_object_attributes(Bucket=BUCKET, Key=KEY, ObjectAttributes=["ETag", "ObjectSize"])
    assert about["ObjectSize"] == len(SMALL)
    assert BUCKET in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    refused("NotImplemented", s3.get_bucket_website, Bucket=BUCKET)


def delete_many():
    for name in [ODD, KEY, PREFIX + "&<>"]:
        put(name)
    objects = [{"Key": key} for key in keys()]
    assert len(s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects})["Deleted"]) == 3
    assert keys() == []


globals()["".join(sign if sign.isalnum() else "_" for sign in sys.argv[1].replace(", ", "_").replace(",", "_")).lower()]()
