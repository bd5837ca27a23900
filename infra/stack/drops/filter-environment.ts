import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ConstructSettings } from '../../construct-settings.ts';

/** The environment variables from which a function reads its `DropFilter`. */
export const filterEnvironment = (
  { bucketName }: IBucket,
  { prefix, suffixes }: Pick<ConstructSettings, 'prefix' | 'suffixes'>,
): Record<string, string> => ({
  DROP_BUCKET: bucketName,
  ...(prefix !== '' && { PREFIX: prefix }),
  ...(suffixes.length > 0 && { SUFFIXES: suffixes.join() }),
});
