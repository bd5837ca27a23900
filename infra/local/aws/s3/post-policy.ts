import type { FormFields } from './form-post.ts';
import { S3Error } from './s3-error.ts';

export type PolicyCondition =
  | Record<string, string>
  | ['eq' | 'starts-with', string, string]
  | ['content-length-range', number, number];

/** The file sizes that a policy allows. */
export interface PolicySize {
  minBytes: number;
  maxBytes: number;
}

/** Fields that are allowed without a condition in the policy. */
const UNCONDITIONED = new Set(['policy', 'x-amz-signature', 'file', 'bucket']);

const refusal = (why: string) => new S3Error('AccessDenied', `Invalid according to Policy: ${why}`);

/**
 * Checks a form against its own policy, before the file is read. The caller verifies the policy's signature.
 * @param fields the form's fields and `bucket`, which the form itself can omit
 * @throws S3Error
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export function requirePolicy(fields: FormFields, now: number): PolicySize {
  const { expiration, conditions } = parsePolicy(fields.get('policy') ?? '');
  if (Date.parse(expiration) <= now) throw refusal('Policy expired.');
  const covered = new Set<string>(UNCONDITIONED);
  let size: PolicySize = { minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER };
  for (const condition of conditions) {
    if (Array.isArray(condition) && condition[0] === 'content-length-range') {
      size = { minBytes: Number(condition[1]), maxBytes: Number(condition[2]) };
    } else {
      covered.add(
        requireCondition(condition as Exclude<PolicyCondition, ['content-length-range', number, number]>, fields),
      );
    }
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !name.startsWith('x-ignore-'));
  if (extra.length > 0) throw refusal(`Extra input fields: ${extra.join(', ')}`);
  return size;
}

/** @throws S3Error unless the policy allows the size of the file */
export function requireSize(bytes: number, { minBytes, maxBytes }: PolicySize): void {
  if (bytes > maxBytes) throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  if (bytes < minBytes) {
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  }
}

function parsePolicy(policy: string): { expiration: string; conditions: PolicyCondition[] } {
  try {
    const { expiration, conditions } = JSON.parse(Buffer.from(policy, 'base64').toString());
    if (!Number.isNaN(Date.parse(expiration)) && Array.isArray(conditions)) return { expiration, conditions };
  } catch {
    // Invalid JSON and missing properties get the same error.
  }
  throw new S3Error('InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.');
}

/** @returns the field that the condition names, in lower case */
function requireCondition(
  condition: Exclude<PolicyCondition, ['content-length-range', number, number]>,
  fields: FormFields,
): string {
  const [operator, field, expected] = Array.isArray(condition)
    ? [condition[0], String(condition[1]).replace(/^\$/, ''), String(condition[2])]
    : (['eq', ...(Object.entries(condition)[0] ?? ['', ''])] as const);
  const name = field.toLowerCase();
  const value = fields.get(name) ?? '';
  const holds = operator === 'eq' ? value === expected : value.startsWith(expected);
  if (!holds) throw refusal(`Policy Condition failed: ["${operator}", "$${field}", "${expected}"]`);
  return name;
}
