import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { onTestFinished } from 'vitest';
import type { LocalBucket } from '../../../../../infra/local/aws/s3/buckets.ts';
import { startLocalS3 } from '../../../../../infra/local/aws/s3/local-s3.ts';
import type { ObjectCreatedRecord } from '../../../../../infra/local/aws/s3/object-created-record.ts';

export const Bucket = 'videos';
export const accessKey = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pindrop-s3-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export type RunningS3 = Awaited<ReturnType<typeof runS3>>;

/** Starts a local S3 over HTTP, with one bucket and a client of the AWS SDK. It stops at the end of the test. */
export async function runS3({
  directory,
  bucket = {},
  spareBytes,
}: {
  directory?: string;
  bucket?: Partial<LocalBucket>;
  spareBytes?: number;
} = {}) {
  const records: ObjectCreatedRecord[] = [];
  const unrecovered: { versionId: string; why: string }[] = [];
  const local = await startLocalS3({
    directory: directory ?? (await temporaryDirectory()),
    accessKey,
    spareBytes,
    onUnrecovered: (version) => unrecovered.push(version),
  });
  const notify = async (record: ObjectCreatedRecord) => void records.push(record);
  await local.createBucket(Bucket, { versioned: true, notify, ...bucket });
  const server = http.createServer(local.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: S3Client[] = [];
  /** A client that uses path-style URLs, as the endpoint of npm start requires. */
  const clientWith = (config: S3ClientConfig = {}) => {
    const made = new S3Client({
      endpoint,
      region: 'us-east-1',
      credentials: accessKey,
      forcePathStyle: true,
      maxAttempts: 1,
      ...config,
    });
    clients.push(made);
    return made;
  };
  const client = clientWith();
  onTestFinished(async () => {
    for (const each of clients) each.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await local.close();
  });
  const put = async (Key: string, Body: string | Buffer = Key, more: object = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = async (Key: string, more: object = {}) => {
    const { Body, ...answer } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return { ...answer, bytes: Buffer.from((await Body?.transformToByteArray()) ?? []) };
  };
  /** A presigned URL for a put. */
  const putUrl = (Key: string) =>
    getSignedUrl(clientWith({ requestChecksumCalculation: 'WHEN_REQUIRED' }), new PutObjectCommand({ Bucket, Key }));
  return { local, client, clientWith, records, unrecovered, put, get, putUrl, endpoint };
}

export interface RawAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** Sends exactly this request: adds no checksum or signature, and follows no redirect. */
export function send(
  url: string,
  method: string,
  headers: http.OutgoingHttpHeaders = {},
  body: string | Buffer = '',
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, async (response) =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }),
    );
    request.on('error', reject).end(body);
  });
}
