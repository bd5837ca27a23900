import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { S3Error } from './s3-error.ts';

export interface PolicyOptions {
  /** Secret that the policy is signed with. */
  signingKey: string;
  mediaId: string;
  /** Seconds that the policy lives. */
  lifetimeSeconds: number;
  maxBytes: number;
  now: Date;
}

type Condition =
  | Record<string, string>
  | ['eq' | 'starts-with', string, string]
  | ['content-length-range', number, number];

const REGION = 'us-east-1';

/** @see Signature Version 4: the key is derived from the date, the region and the service */
function signature(signingKey: string, day: string, policy: string): string {
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const derived = hmac(hmac(hmac(hmac(`AWS4${signingKey}`, day), REGION), 's3'), 'aws4_request');
  return createHmac('sha256', derived).update(policy).digest('hex');
}

/**
 * `upload_parameters` of a registration: a policy that lets one form be posted, and its signature.
 * Their order differs from one registration to the next, since nobody may rely on it.
 */
export function uploadParameters({
  signingKey,
  mediaId,
  lifetimeSeconds,
  maxBytes,
  now,
}: PolicyOptions): Record<string, string> {
  const amzDate = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const day = amzDate.slice(0, 8);
  const fields: Record<string, string> = {
    'x-amz-date': amzDate,
    'x-amz-security-token': `simulated${randomUUID().replaceAll('-', '')}`,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    key: `uploads/${mediaId.slice(-6).replace(/(..)(?=.)/g, '$1/')}:video:${mediaId}`,
    'x-amz-credential': `ASIASIMULATED/${day}/${REGION}/s3/aws4_request`,
    'Content-Type': 'multipart/form-data',
  };
  const conditions: Condition[] = [
    { bucket: 'pinterest-media-upload' },
    ...Object.entries(fields).map(([name, value]): Condition => ({ [name]: value })),
    ['content-length-range', 1, maxBytes],
  ];
  const expiration = new Date(now.getTime() + lifetimeSeconds * 1000).toISOString();
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
  const all = { ...fields, policy, 'x-amz-signature': signature(signingKey, day, policy) };
  const turn = Number(BigInt(mediaId) % BigInt(Object.keys(all).length));
  const entries = Object.entries(all);
  return Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)]);
}

export interface GrantedPolicy {
  minBytes: number;
  maxBytes: number;
  mediaId: string;
}

/**
 * Checks a posted form's fields as S3 does, before the file is read.
 * @throws S3Error
 */
export function checkPolicy(fields: Map<string, string>, signingKey: string, now: Date): GrantedPolicy {
  const field = (name: string) => fields.get(name.toLowerCase());
  const policy = field('policy');
  const given = field('x-amz-signature');
  const key = field('key');
  if (!key) throw new S3Error('InvalidArgument', "Bucket POST must contain a field named 'key'.");
  if (!policy || !given) throw new S3Error('AccessDenied', 'Access Denied');
  const day = field('x-amz-credential')?.split('/')[1] ?? '';
  if (!sameText(signature(signingKey, day, policy), given)) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  const { expiration, conditions } = JSON.parse(Buffer.from(policy, 'base64').toString()) as {
    expiration: string;
    conditions: Condition[];
  };
  if (Date.parse(expiration) <= now.getTime()) throw refusal('Policy expired.');
  const range = requireConditions(fields, conditions);
  return { ...range, mediaId: key.split(':').at(-1) ?? '' };
}

const UNCONDITIONED = new Set(['policy', 'x-amz-signature', 'file', 'bucket']);

function requireConditions(fields: Map<string, string>, conditions: Condition[]) {
  const covered = new Set<string>();
  let range = { minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER };
  for (const condition of conditions) {
    if (Array.isArray(condition) && condition[0] === 'content-length-range') {
      range = { minBytes: Number(condition[1]), maxBytes: Number(condition[2]) };
      continue;
    }
    const [operator, name, expected] = Array.isArray(condition)
      ? [condition[0], String(condition[1]).replace(/^\$/, ''), String(condition[2])]
      : (['eq', ...(Object.entries(condition)[0] ?? ['', ''])] as const);
    const lower = name.toLowerCase();
    covered.add(lower);
    if (UNCONDITIONED.has(lower)) continue;
    const value = fields.get(lower) ?? '';
    const holds = operator === 'eq' ? value === expected : value.startsWith(expected);
    if (!holds) throw refusal(`Policy Condition failed: ["${operator}", "$${name}", "${expected}"]`);
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !UNCONDITIONED.has(name));
  if (extra.length > 0) throw refusal(`Extra input fields: ${extra.join(', ')}`);
  return range;
}

const refusal = (why: string) => new S3Error('AccessDenied', `Invalid according to Policy: ${why}`);

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
