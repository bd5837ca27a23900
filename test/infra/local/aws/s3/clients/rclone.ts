import type { S3Client } from './operations.ts';

const ODD = `"a b+&<>'%#?.mp4"`;

/** The variables RCLONE_CONFIG_R_* configure the remote `R`. */
export const RCLONE: S3Client = {
  name: 'rclone',
  version: 'rclone version | sed -n 1p',
  scripts: {
    'put, get': 'rclone copyto small "R:$B/$P"k && rclone copyto "R:$B/$P"k back && cmp small back',
    'put from a pipe': 'cat small | rclone rcat "R:$B/$P"k && rclone cat "R:$B/$P"k | cmp - small',
    'multipart put': 'rclone copyto --s3-upload-cutoff 5M large "R:$B/$P"k && rclone cat "R:$B/$P"k | cmp - large',
    'odd names':
      'rclone copy odd "R:$B/$P" && rclone check odd "R:$B/$P" && rclone copy "R:$B/$P" back && diff -r odd back',
    'sync twice':
      'rclone sync odd "R:$B/$P" && rclone sync -v odd "R:$B/$P" 2>&1 | grep "There was nothing to transfer"',
    'list 1,200 keys': 'rclone copy --transfers 16 many "R:$B/$P" && test "$(rclone lsf "R:$B/$P" | wc -l)" = 1200',
    'copy an odd name':
      `rclone copyto small "R:$B/$P"${ODD} && rclone copyto "R:$B/$P"${ODD} "R:$B/$P"copy && ` +
      'rclone cat "R:$B/$P"copy | cmp - small',
    'multipart copy':
      'rclone copyto large "R:$B/$P"k && rclone copyto --s3-copy-cutoff 5M "R:$B/$P"k "R:$B/$P"copy && ' +
      'rclone cat "R:$B/$P"copy | cmp - large',
    move: 'rclone copyto small "R:$B/$P"k && rclone moveto "R:$B/$P"k "R:$B/$P"moved && test "$(rclone lsf "R:$B/$P")" = moved',
    metadata:
      'rclone copyto --metadata --metadata-set board=42 small "R:$B/$P"k && ' +
      'rclone lsjson --metadata --stat "R:$B/$P"k | grep \'"board": *"42"\'',
    'change metadata':
      'rclone copyto small "R:$B/$P"k && rclone touch -t 2026-01-02T03:04:05 "R:$B/$P"k && rclone lsl "R:$B/$P"k | grep 2026-01-02',
    'ranged read':
      'rclone copyto small "R:$B/$P"k && rclone cat --offset 10 --count 10 "R:$B/$P"k | cmp - <(tail -c +11 small | head -c 10)',
    'presigned GET': 'rclone copyto small "R:$B/$P"k && curl -sf "$(rclone link --expire 1m "R:$B/$P"k)" | cmp - small',
    versions:
      'rclone copyto small "R:$B/$P"k && rclone copyto large "R:$B/$P"k && ' +
      'test "$(rclone lsf --s3-versions "R:$B/$P" | wc -l)" = 2',
    'delete many':
      'rclone copy odd "R:$B/$P" && rclone delete "R:$B/$P" && test -z "$(rclone lsf -R --files-only "R:$B/$P")"',
  },
};
