import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it } from 'vitest';
import { accessKey, Bucket, runS3, send } from './running-s3.ts';

const Key = `a b+&<>'"%#?/é.mp4`;

describe('a request', () => {
  it.each([
    ['another secret', { ...accessKey, secretAccessKey: 'other' }, 'SignatureDoesNotMatch'],
    ['another access key', { ...accessKey, accessKeyId: 'OTHER' }, 'InvalidAccessKeyId'],
  ])('signed with %s is refused', async (_what, credentials, code) => {
    const { clientWith } = await runS3();
    const refused = clientWith({ credentials }).send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    await expect(refused).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: 403 } });
  });

  it('signed with a wrong clock is refused', async () => {
    const { clientWith } = await runS3();
    const refused = clientWith({ systemClockOffset: 16 * 60_000 }).send(new ListObjectsV2Command({ Bucket }));
    await expect(refused).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
  });

  it('with a session token is accepted', async () => {
    const { clientWith } = await runS3();
    const client = clientWith({ credentials: { ...accessKey, sessionToken: 'token' } });
    await expect(client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))).resolves.toBeDefined();
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }));
    expect((await send(url, 'GET')).body).toBe('x');
  });

  it('without a signature is refused with an error document', async () => {
    const { endpoint } = await runS3();
    const { status, body, headers } = await send(`${endpoint}/${Bucket}/k`, 'PUT', {}, 'x');
    expect(status).toBe(403);
    expect(headers['content-type']).toBe('application/xml');
    expect(body).toMatch(/<Error><Code>AccessDenied<\/Code>.*<RequestId>\w+<\/RequestId>/);
  });

  it('with a version 2 signature is refused, and the error names the version to use', async () => {
    const { endpoint } = await runS3();
    const url = `${endpoint}/${Bucket}/k`;
    const presigned = `${url}?AWSAccessKeyId=${accessKey.accessKeyId}&Expires=9999999999&Signature=x`;
    for (const answer of [await send(presigned, 'GET'), await send(url, 'GET', { Authorization: 'AWS a:b' })]) {
      expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('Please use AWS4-HMAC-SHA256') });
    }
  });
});

describe('a presigned URL', () => {
  it('can put and get any key, with metadata in the query', async () => {
    const { client, get } = await runS3();
    // By default the SDK presigns the checksum of an empty body, which S3 ignores.
    const command = new PutObjectCommand({ Bucket, Key, Metadata: { board: '42' } });
    const put = await getSignedUrl(client, command, { unhoistableHeaders: new Set() });
    expect((await send(put, 'PUT', {}, 'bytes')).status).toBe(200);
    expect((await get(Key)).Metadata).toEqual({ board: '42' });
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key, ResponseContentType: 'video/x' }));
    expect(await send(url, 'GET')).toMatchObject({ body: 'bytes', headers: { 'content-type': 'video/x' } });
  });

  it('expires at the time that it names', async () => {
    const { client, put } = await runS3();
    await put(Key, 'bytes');
    const url = (signingDate: Date) =>
      getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60, signingDate });
    expect((await send(await url(new Date(Date.now() - 30_000)), 'GET')).status).toBe(200);
    const expired = await send(await url(new Date(Date.now() - 61_000)), 'GET');
    expect(expired).toMatchObject({ status: 403, body: expect.stringContaining('Request has expired') });
  });

  it('is valid only for the request that was signed', async () => {
    const { client, put } = await runS3();
    await put(Key, 'bytes');
    await put('other');
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }));
    const changes = [
      send(url.replace(/\/videos\/[^?]*/, '/videos/other'), 'GET'),
      send(url, 'DELETE'),
      send(`${url}&versionId=1`, 'GET'),
      send(url.replace('X-Amz-Expires=900', 'X-Amz-Expires=901'), 'GET'),
    ];
    for (const { status, body } of await Promise.all(changes)) {
      expect({ status, body }).toMatchObject({ status: 403, body: expect.stringContaining('SignatureDoesNotMatch') });
    }
    const unsigned = await send(url, 'GET', { 'x-amz-meta-a': 'b' });
    expect(unsigned.body).toContain('headers present in the request which were not signed');
  });
});

describe('a form', () => {
  async function post(change: (form: FormData) => void = () => {}, more: object = {}, credentials = accessKey) {
    const s3 = await runS3();
    const client = s3.clientWith({ credentials });
    const { url, fields } = await createPresignedPost(client, {
      Bucket,
      Key: ['forms/', '{filename}'].join('$'),
      Expires: 60,
      Conditions: [
        ['starts-with', '$x-amz-meta-board', ''],
        ['content-length-range', 1, 1000],
      ],
      Fields: { 'x-amz-meta-board': '42', 'Content-Type': 'video/mp4' },
      ...more,
    });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob(['bytes']), 'my clip é.mp4');
    change(form);
    const response = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
    return { ...s3, status: response.status, headers: response.headers, text: await response.text() };
  }

  it('puts a file under its own name, with metadata, and S3 sends a notification', async () => {
    const { status, headers, get, records } = await post();
    expect(status).toBe(204);
    const got = await get('forms/my clip é.mp4');
    expect(got).toMatchObject({ Metadata: { board: '42' }, ContentType: 'video/mp4', ETag: headers.get('etag') });
    expect(got.bytes.toString()).toBe('bytes');
    expect(records.map(({ eventName }) => eventName)).toEqual(['ObjectCreated:Post']);
  });

  it('gets the response that its fields request', async () => {
    const status = { Fields: { success_action_status: '201', 'x-amz-meta-board': '' } };
    expect((await post(undefined, status)).text).toContain('<Key>forms/my clip é.mp4</Key>');
    const success_action_redirect = 'https://example.com/done?a=b';
    const redirected = await post(undefined, { Fields: { success_action_redirect, 'x-amz-meta-board': '' } });
    expect(redirected.status).toBe(303);
    expect(redirected.headers.get('location')).toContain(`${success_action_redirect}&bucket=${Bucket}&key=forms%2Fmy`);
  });

  it.each<[string, (form: FormData) => void, string]>([
    ['another key', (form) => form.set('key', 'other'), 'AccessDenied'],
    ['another field', (form) => prepend(form, 'acl', 'private'), 'AccessDenied'],
    ['a file that is too large', (form) => form.set('file', new Blob(['x'.repeat(1001)]), 'f'), 'EntityTooLarge'],
    ['an empty file', (form) => form.set('file', new Blob([]), 'f'), 'EntityTooSmall'],
    ['another signature', (form) => form.set('X-Amz-Signature', '0'.repeat(64)), 'SignatureDoesNotMatch'],
    ['no policy', (form) => form.delete('Policy'), 'AccessDenied'],
    ['no file', (form) => form.delete('file'), 'InvalidArgument'],
  ])('with %s is refused, and nothing is stored', async (_what, change, code) => {
    const { text, records, client } = await post(change);
    expect(text).toContain(`<Code>${code}</Code>`);
    expect(records).toEqual([]);
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  });

  it('signed with another access key is refused', async () => {
    const { text } = await post(() => {}, {}, { ...accessKey, accessKeyId: 'OTHER' });
    expect(text).toContain('<Code>InvalidAccessKeyId</Code>');
  });

  it('whose policy has expired is refused', async () => {
    const { text } = await post(() => {}, { Expires: -1 });
    expect(text).toContain('Policy expired');
  });
});

/** Inserts a field before the file, which must stay the last field. */
function prepend(form: FormData, name: string, value: string): void {
  const file = form.get('file') as File;
  form.delete('file');
  form.set(name, value);
  form.set('file', file);
}
