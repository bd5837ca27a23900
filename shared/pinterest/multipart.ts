import { randomBytes } from 'node:crypto';

export interface MultipartFile {
  name: string;
  contentType: string;
  /** Bytes */
  size: number;
}

export interface MultipartEnvelope {
  /** Value of the request's Content-Type header. */
  contentType: string;
  /** Exact total length in bytes of head, file and tail. */
  contentLength: number;
  /** The bytes before the file: every field, then the header of the file part. */
  head: Buffer;
  /** The bytes after the file. */
  tail: Buffer;
}

/**
 * Escapes carriage return, line feed and quote; nothing else.
 * @see RFC 7578 section 2 and the WHATWG's "multipart/form-data encoding algorithm"
 */
const escaped = (name: string) => name.replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');

/**
 * Makes a multipart/form-data body without the bytes of the file. The length is then known before the first byte is
 * sent: S3 refuses chunked transfer coding, and ignores fields after the file.
 * @param fields in the order in which they are sent, all before the file
 */
export function multipartEnvelope(
  fields: Iterable<readonly [name: string, value: string]>,
  file: MultipartFile,
  boundary = `pindrop-${randomBytes(24).toString('hex')}`,
): MultipartEnvelope {
  const parts: string[] = [];
  for (const [name, value] of fields) {
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"\r\n\r\n${value}\r\n`);
  }
  parts.push(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escaped(file.name)}"\r\n`,
    `Content-Type: ${file.contentType.replace(/[\r\n]/g, ' ')}\r\n\r\n`,
  );
  const head = Buffer.from(parts.join(''));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: head.length + file.size + tail.length,
    head,
    tail,
  };
}
