import S3Error from '@20minutes/s3rver/lib/models/error.js';
import type { S3Context } from './s3-context.ts';

/**
 * If-Match and If-None-Match of a put, which s3rver does not know. One after the other, so that of two puts with the same
 * condition only one finds it fulfilled.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export class ConditionalPuts {
  #last: Promise<unknown> = Promise.resolve();

  /** @throws S3Error when the condition does not hold; nothing is put then */
  async run(ctx: S3Context, put: () => Promise<void>): Promise<void> {
    const before = this.#last;
    const turn = (async () => {
      await before.catch(() => {});
      await requireCondition(ctx);
      await put();
    })();
    this.#last = turn;
    await turn;
  }
}

export const isConditionalPut = ({ method, headers }: S3Context) =>
  method === 'PUT' && (headers['if-match'] !== undefined || headers['if-none-match'] !== undefined);

async function requireCondition(ctx: S3Context): Promise<void> {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = ctx.headers;
  const [bucket = '', ...key] = ctx.path.split('/').slice(1).map(decodeURIComponent);
  const object = await ctx.store.getObject(bucket, key.join('/'));
  object?.content?.destroy();
  if (ifMatch !== undefined && !object) {
    throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key.join('/') });
  }
  const eTag = object?.metadata['etag']?.replaceAll('"', '');
  const holds = ifMatch === undefined ? ifNoneMatch === '*' && !object : ifMatch.replaceAll('"', '') === eTag;
  if (!holds) throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}
