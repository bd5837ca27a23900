import type { S3Client } from './operations.ts';

/** A name with characters that URLs and XML must escape. */
const ODD = `"a b+&<>'%#?.mp4"`;

export const AWS_CLI: S3Client = {
  name: 'aws',
  version: 'aws --version 2>&1 | cut -d" " -f1',
  scripts: {
    'put, get': 'aws s3 cp small "s3://$B/$P"k && aws s3 cp "s3://$B/$P"k back && cmp small back',
    'put from a pipe': 'cat small | aws s3 cp - "s3://$B/$P"k && aws s3 cp "s3://$B/$P"k - | cmp - small',
    'multipart put':
      'aws s3 cp large "s3://$B/$P"k && aws s3 cp "s3://$B/$P"k back && cmp large back && ' +
      'aws s3api head-object --bucket "$B" --key "$P"k | grep -- -3',
    'abort a multipart put': `
      id=$(aws s3api create-multipart-upload --bucket "$B" --key "$P"k --query UploadId --output text)
      aws s3api upload-part --bucket "$B" --key "$P"k --upload-id "$id" --part-number 1 --body small
      aws s3api list-parts --bucket "$B" --key "$P"k --upload-id "$id" | grep '"PartNumber": 1'
      aws s3api list-multipart-uploads --bucket "$B" --prefix "$P" | grep "$id"
      aws s3api abort-multipart-upload --bucket "$B" --key "$P"k --upload-id "$id"
      ! aws s3api list-multipart-uploads --bucket "$B" --prefix "$P" | grep "$id"`,
    'odd names':
      'aws s3 cp --recursive odd "s3://$B/$P" && aws s3 cp --recursive "s3://$B/$P" back && diff -r odd back',
    'sync twice': 'aws s3 sync odd "s3://$B/$P" && test -z "$(aws s3 sync odd "s3://$B/$P")"',
    'list 1,200 keys': 'aws s3 sync many "s3://$B/$P" --quiet && test "$(aws s3 ls "s3://$B/$P" | wc -l)" = 1200',
    'copy an odd name':
      `aws s3 cp small "s3://$B/$P"${ODD} && aws s3 cp "s3://$B/$P"${ODD} "s3://$B/$P"copy && ` +
      'aws s3 cp "s3://$B/$P"copy - | cmp - small',
    'copy a version': `
      v=$(aws s3api put-object --bucket "$B" --key "$P"k --body small --query VersionId --output text)
      aws s3 cp large "s3://$B/$P"k
      aws s3api copy-object --bucket "$B" --key "$P"copy --copy-source "$B/$P"k"?versionId=$v"
      aws s3 cp "s3://$B/$P"copy - | cmp - small`,
    'multipart copy':
      'aws s3 cp large "s3://$B/$P"k && aws s3 cp "s3://$B/$P"k "s3://$B/$P"copy && ' +
      'aws s3 cp "s3://$B/$P"copy - | cmp - large',
    move: 'aws s3 cp small "s3://$B/$P"k && aws s3 mv "s3://$B/$P"k "s3://$B/$P"moved && ! aws s3 ls "s3://$B/$P"k',
    metadata:
      'aws s3 cp small "s3://$B/$P"k --metadata board=42 --content-type video/mp4 && ' +
      'aws s3api head-object --bucket "$B" --key "$P"k --query "[Metadata.board,ContentType]" --output text | grep -P "42\\tvideo/mp4"',
    'change metadata':
      'aws s3 cp small "s3://$B/$P"k && aws s3 cp "s3://$B/$P"k "s3://$B/$P"k --metadata-directive REPLACE --metadata a=b && ' +
      'aws s3api head-object --bucket "$B" --key "$P"k --query Metadata.a --output text | grep b',
    'ranged read':
      'aws s3 cp small "s3://$B/$P"k && aws s3api get-object --bucket "$B" --key "$P"k --range bytes=10-19 back && ' +
      'cmp back <(tail -c +11 small | head -c 10)',
    'presigned GET':
      'aws s3 cp small "s3://$B/$P"k && aws configure set default.s3.signature_version s3v4 && ' +
      'curl -sf "$(aws s3 presign "s3://$B/$P"k)" | cmp - small',
    versions: `
      aws s3 cp small "s3://$B/$P"k && aws s3 cp large "s3://$B/$P"k && aws s3 rm "s3://$B/$P"k
      test "$(aws s3api list-object-versions --bucket "$B" --prefix "$P" --query '[length(Versions), length(DeleteMarkers)]' --output text)" = "2	1"
      aws s3api get-bucket-versioning --bucket "$B" | grep Enabled`,
    'delete a version': `
      v=$(aws s3api put-object --bucket "$B" --key "$P"k --body small --query VersionId --output text)
      aws s3api delete-object --bucket "$B" --key "$P"k --version-id "$v"
      ! aws s3api get-object --bucket "$B" --key "$P"k --version-id "$v" back`,
    tags: `
      aws s3api put-object --bucket "$B" --key "$P"k --body small --tagging "team=video"
      aws s3api get-object-tagging --bucket "$B" --key "$P"k | grep video
      aws s3api put-object-tagging --bucket "$B" --key "$P"k --tagging 'TagSet=[{Key=a,Value=b & c}]'
      aws s3api get-object-tagging --bucket "$B" --key "$P"k --query 'TagSet[0].Value' --output text | grep "b & c"`,
    checksums: `
      for a in CRC32 SHA1 SHA256; do aws s3api put-object --bucket "$B" --key "$P$a" --body small --checksum-algorithm $a; done
      aws s3api get-object-attributes --bucket "$B" --key "$P"SHA256 --object-attributes Checksum ETag ObjectSize | grep ChecksumSHA256`,
    'wrong checksum refused': `
      put() { aws s3api put-object --bucket "$B" --key "$P"k --body small "$@"; }
      refused BadDigest put --content-md5 AAAAAAAAAAAAAAAAAAAAAA==
      refused BadDigest put --checksum-sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
      ! aws s3 ls "s3://$B/$P"k`,
    'conditional put': `
      aws s3api put-object --bucket "$B" --key "$P"k --body small --if-none-match '*'
      refused PreconditionFailed aws s3api put-object --bucket "$B" --key "$P"k --body small --if-none-match '*'`,
    'object info':
      'aws s3 cp small "s3://$B/$P"k && aws s3api get-object-acl --bucket "$B" --key "$P"k | grep FULL_CONTROL && ' +
      'aws s3api get-bucket-location --bucket "$B" && aws s3api head-bucket --bucket "$B" && aws s3 ls | grep "$B"',
    'delete many': 'aws s3 sync odd "s3://$B/$P" && aws s3 rm --recursive "s3://$B/$P" && ! aws s3 ls "s3://$B/$P"',
  },
};
