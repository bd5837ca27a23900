import { randomUUID } from 'node:crypto';
import type { AccessKey } from '../aws/access-key.ts';
import type { PolicyCondition } from '../aws/s3/post-policy.ts';
import { signText } from '../aws/signature.ts';

export interface PolicyOptions {
  /** The key that signs the policy. */
  accessKey: AccessKey;
  mediaId: string;
  /** Seconds until the policy expires. */
  lifetimeSeconds: number;
  maxBytes: number;
  now: Date;
}

/** The bucket that receives Pinterest's uploads. */
export const UPLOAD_BUCKET = 'pinterest-media-upload';

const REGION = 'us-east-1';

/**
 * The `upload_parameters` of a registration: form fields with a policy that allows the upload, and its signature.
 * Their order varies between registrations, because clients must not rely on it.
 */
export async function uploadParameters({
  accessKey,
  mediaId,
  lifetimeSeconds,
  maxBytes,
  now,
}: PolicyOptions): Promise<Record<string, string>> {
  const date = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const fields: Record<string, string> = {
    'x-amz-date': date,
    'x-amz-security-token': `simulated${randomUUID().replaceAll('-', '')}`,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    key: `uploads/${mediaId.slice(-6).replace(/(..)(?=.)/g, '$1/')}:video:${mediaId}`,
    'x-amz-credential': `${accessKey.accessKeyId}/${scope}`,
    'Content-Type': 'multipart/form-data',
  };
  const conditions: PolicyCondition[] = [
    { bucket: UPLOAD_BUCKET },
    ...Object.entries(fields).map(([name, value]): PolicyCondition => ({ [name]: value })),
    ['content-length-range', 1, maxBytes],
  ];
  const expiration = new Date(now.getTime() + lifetimeSeconds * 1000).toISOString();
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
  const all = { ...fields, policy, 'x-amz-signature': await signText(policy, { date, scope }, accessKey) };
  const turn = Number(BigInt(mediaId) % BigInt(Object.keys(all).length));
  const entries = Object.entries(all);
  return Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)]);
}

/** Extracts the media id from the form's key. */
export const mediaIdOfKey = (key: string): string => key.split(':').at(-1) ?? '';
