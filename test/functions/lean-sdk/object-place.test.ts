import { afterEach, describe, expect, it } from 'vitest';
import { endpointOf } from '../../../functions/lean-sdk/endpoint.ts';
import { objectPlace } from '../../../functions/lean-sdk/object-place.ts';

const SQS = { id: 'SQS', host: 'sqs', signingName: 'sqs' };
const S3 = { id: 'S3', host: 's3', signingName: 's3' };
const NAMES = ['AWS_REGION', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'URL_SUFFIX'];

function withEnvironment(environment: Record<string, string>) {
  for (const name of NAMES) delete process.env[name];
  Object.assign(process.env, environment);
}
afterEach(() => withEnvironment({}));

const placeOf = (bucket: string, key: string) => {
  const { url, path } = objectPlace(endpointOf(S3), bucket, key);
  return `${url.origin}${path}`;
};

describe('endpointOf', () => {
  it("is AWS's in the function's region and partition", () => {
    withEnvironment({ AWS_REGION: 'eu-west-1' });
    expect(endpointOf(SQS).url.href).toBe('https://sqs.eu-west-1.amazonaws.com/');
    withEnvironment({ AWS_REGION: 'cn-north-1', URL_SUFFIX: 'amazonaws.com.cn' });
    expect(endpointOf(SQS).url.href).toBe('https://sqs.cn-north-1.amazonaws.com.cn/');
  });

  it('is what the environment says, for one service or for all', () => {
    withEnvironment({ AWS_ENDPOINT_URL: 'http://localhost:4566', AWS_ENDPOINT_URL_S3: 'https://127.0.0.1:9000' });
    expect([endpointOf(SQS), endpointOf(S3)].map(({ url }) => url.origin)).toEqual([
      'http://localhost:4566',
      'https://127.0.0.1:9000',
    ]);
  });

  it('names what Lambda did not set', () => {
    withEnvironment({});
    expect(() => endpointOf(SQS)).toThrow('AWS_REGION');
  });
});

describe('objectPlace', () => {
  it("is below the bucket's own host on AWS", () => {
    withEnvironment({ AWS_REGION: 'eu-west-1' });
    expect(placeOf('videos', 'a b/c+é.mp4')).toBe('https://videos.s3.eu-west-1.amazonaws.com/a%20b/c%2B%C3%A9.mp4');
  });

  it("is a path where a dot would break the host's certificate, and elsewhere than on AWS", () => {
    withEnvironment({ AWS_REGION: 'eu-west-1' });
    expect(placeOf('my.videos', 'a.mp4')).toBe('https://s3.eu-west-1.amazonaws.com/my.videos/a.mp4');
    withEnvironment({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566/' });
    expect(placeOf('videos', 'a.mp4')).toBe('http://127.0.0.1:4566/videos/a.mp4');
  });

  it('takes dots in a key for what they are', () => {
    withEnvironment({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' });
    expect(placeOf('videos', '../a/./b.mp4')).toBe('http://127.0.0.1:4566/videos/../a/./b.mp4');
  });
});
