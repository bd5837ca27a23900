import type { S3Client } from './operations.ts';

const ODD = `"a b+&<>'%#?.mp4"`;

/** The wrapper `s3cmd` of the working directory adds the endpoint and the access key. */
export const S3CMD: S3Client = {
  name: 's3cmd',
  version: 's3cmd --version | cut -d" " -f3',
  scripts: {
    'put, get': './s3cmd put small "s3://$B/$P"k && ./s3cmd get "s3://$B/$P"k back && cmp small back',
    'put from a pipe': 'cat small | ./s3cmd put - "s3://$B/$P"k && ./s3cmd get "s3://$B/$P"k back && cmp small back',
    'multipart put':
      './s3cmd put --multipart-chunk-size-mb=5 large "s3://$B/$P"k && ./s3cmd get "s3://$B/$P"k back && cmp large back',
    'abort a multipart put': `
      id=$(aws s3api create-multipart-upload --endpoint-url "$EP" --bucket "$B" --key "$P"k --query UploadId --output text)
      ./s3cmd multipart "s3://$B" | grep "$id" && ./s3cmd listmp "s3://$B/$P"k "$id" && ./s3cmd abortmp "s3://$B/$P"k "$id"`,
    'odd names': './s3cmd sync odd/ "s3://$B/$P" && ./s3cmd sync "s3://$B/$P" back/ && diff -r odd back',
    'sync twice': './s3cmd sync odd/ "s3://$B/$P" && ! ./s3cmd sync odd/ "s3://$B/$P" | grep "upload:"',
    'list 1,200 keys':
      './s3cmd put --quiet --recursive many/ "s3://$B/$P" && test "$(./s3cmd ls "s3://$B/$P" | wc -l)" = 1200',
    'copy an odd name':
      `./s3cmd put small "s3://$B/$P"${ODD} && ./s3cmd cp "s3://$B/$P"${ODD} "s3://$B/$P"copy && ` +
      './s3cmd get "s3://$B/$P"copy back && cmp small back',
    'multipart copy':
      './s3cmd put large "s3://$B/$P"k && ./s3cmd cp --multipart-chunk-size-mb=5 "s3://$B/$P"k "s3://$B/$P"copy && ' +
      './s3cmd get "s3://$B/$P"copy back && cmp large back',
    move: './s3cmd put small "s3://$B/$P"k && ./s3cmd mv "s3://$B/$P"k "s3://$B/$P"moved && test "$(./s3cmd ls "s3://$B/$P" | wc -l)" = 1',
    metadata:
      './s3cmd put --add-header x-amz-meta-board:42 small "s3://$B/$P"k && ./s3cmd info "s3://$B/$P"k | grep "x-amz-meta-board: *42"',
    'change metadata':
      './s3cmd put small "s3://$B/$P"k && ./s3cmd modify --add-header x-amz-meta-a:b "s3://$B/$P"k && ' +
      './s3cmd info "s3://$B/$P"k | grep "x-amz-meta-a: *b"',
    'object info':
      './s3cmd put small "s3://$B/$P"k && ./s3cmd info "s3://$B/$P"k && ./s3cmd info "s3://$B" && ./s3cmd ls | grep "$B"',
    'delete many':
      './s3cmd sync odd/ "s3://$B/$P" && ./s3cmd del --recursive --force "s3://$B/$P" && test -z "$(./s3cmd ls "s3://$B/$P")"',
  },
};
