import type { S3Client } from './operations.ts';

const CURL = 'curl -sS --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"';
/** curl does not send x-amz-content-sha256 by itself. */
const SIGNED = `${CURL} -H "x-amz-content-sha256: UNSIGNED-PAYLOAD"`;

export const CURL_CLIENT: S3Client = {
  name: 'curl',
  version: 'curl --version | sed -n 1p | cut -d" " -f2',
  scripts: {
    'put, get': `${SIGNED} -f -T small "$EP/$B/$P"k && ${SIGNED} -f "$EP/$B/$P"k | cmp - small`,
    'put from a pipe': `cat small | ${SIGNED} -T - "$EP/$B/$P"k | grep MissingContentLength`,
    metadata: `${SIGNED} -f -T small -H "x-amz-meta-board: 42" "$EP/$B/$P"k && ${SIGNED} -f -I "$EP/$B/$P"k | grep -i "x-amz-meta-board: 42"`,
    'ranged read': `${SIGNED} -f -T small "$EP/$B/$P"k && ${SIGNED} -f -r 10-19 "$EP/$B/$P"k | cmp - <(tail -c +11 small | head -c 10)`,
    'wrong checksum refused': `
      ${SIGNED} -T small -H "content-md5: $(printf x | openssl md5 -binary | base64)" "$EP/$B/$P"k | grep BadDigest
      ${CURL} -T small -H "x-amz-content-sha256: $(printf x | sha256sum | cut -d' ' -f1)" "$EP/$B/$P"k | grep XAmzContentSHA256Mismatch`,
    'conditional put': `
      ${SIGNED} -f -T small -H "If-None-Match: *" "$EP/$B/$P"k
      ${SIGNED} -T small -H "If-None-Match: *" "$EP/$B/$P"k | grep PreconditionFailed`,
    'object info': `${SIGNED} "$EP/$B?website=" | grep NotImplemented && curl -s "$EP/$B" | grep AccessDenied`,
  },
};
