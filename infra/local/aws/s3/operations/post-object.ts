import type { ServerResponse } from 'node:http';
import { verifyPolicySignature } from '../../signature.ts';
import type { Buckets } from '../buckets.ts';
import { type FormFields, type FormFile, readFormPost } from '../form-post.ts';
import { versionHeader } from '../named-version.ts';
import { requireStorable } from '../object-headers.ts';
import { answerXml, malformedXml, type Operation, quoted } from '../operation.ts';
import { requirePolicy, requireSize } from '../post-policy.ts';
import { copyBytes } from '../received-body.ts';
import { S3Error } from '../s3-error.ts';
import { requireShortKey, type S3Request } from '../s3-request.ts';
import { type Tag, tagsOfXml } from '../tags.ts';
import type { ObjectVersion } from '../version-store.ts';
import { parseXml } from '../xml.ts';

/** Form fields that become headers of the object, besides x-amz-meta-*. */
const KEPT = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-type',
  'expires',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
]);

/** Handles a form that a browser posts. @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
export const postObject: Operation = async (request, response, buckets) => {
  const { fields, version } = await readFormPost(request.http, async (given, file) => ({
    fields: given,
    version: await store(request, buckets, given, file),
  }));
  answer(request, response, buckets, fields, version);
};

async function store(request: S3Request, buckets: Buckets, fields: FormFields, file: FormFile): Promise<ObjectVersion> {
  const { bucket } = request;
  const pattern = fields.get('key');
  if (!pattern) throw new S3Error('InvalidArgument', "Bucket POST must contain a field named 'key'.");
  await verifyPolicySignature((name) => fields.get(name), buckets.accessKey);
  const allowed = requirePolicy(new Map([...fields, ['bucket', bucket]]), Date.now());
  // Use a function: in a replacement string, `replace` would expand patterns such as $&.
  const key = pattern.replace(/\$\{filename\}/g, () => file.name);
  requireShortKey(key);
  const headers = formHeaders(fields);
  const tags = formTags(fields.get('tagging'));
  const { id, result } = await buckets.blobs.write(Number(request.http.headers['content-length']), async (blob) => {
    const digests = await copyBytes(atMost(file.content, allowed.maxBytes), blob);
    requireSize(digests.size, allowed);
    return digests;
  });
  const { size, md5: eTag } = result;
  return buckets.put({ bucket, key }, { created: 'Post', size, eTag, headers, tags, parts: [{ id, size, number: 1 }] });
}

async function* atMost(content: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    requireSize(size, { minBytes: 0, maxBytes });
    yield chunk;
  }
}

function formHeaders(fields: FormFields): Record<string, string> {
  const kept = [...fields].filter(([name]) => KEPT.has(name) || name.startsWith('x-amz-meta-'));
  // Form fields are UTF-8, but Node decodes headers as Latin-1. Store both in the same way.
  const bytes = kept.map(([name, value]) => [name, Buffer.from(value).toString('latin1')]);
  return requireStorable({ 'content-type': 'binary/octet-stream', ...Object.fromEntries(bytes) });
}

function formTags(document: string | undefined): Tag[] {
  if (document === undefined) return [];
  const tagging = parseXml(document, 'Tagging');
  if (!tagging) throw malformedXml();
  return tagsOfXml(tagging);
}

function answer(
  request: S3Request,
  response: ServerResponse,
  buckets: Buckets,
  fields: FormFields,
  version: ObjectVersion,
): void {
  const { bucket, key, eTag } = version;
  const Location = `http://${request.http.headers.host}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const headers = { ETag: quoted(eTag), Location, ...versionHeader(buckets.require(bucket), version) };
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const url = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag: quoted(eTag) })) url.searchParams.set(name, value);
    response.writeHead(303, { ...headers, Location: url.href }).end();
    return;
  }
  const status = fields.get('success_action_status');
  if (status === '201') {
    response.statusCode = 201;
    answerXml(response, 'PostResponse', { Location, Bucket: bucket, Key: key, ETag: quoted(eTag) }, headers);
  } else {
    response.writeHead(status === '200' ? 200 : 204, headers).end();
  }
}
