import { S3Error } from './s3-error.ts';
import type { XmlElement } from './xml.ts';

/** A tag of an object version. */
export interface Tag {
  Key: string;
  Value: string;
}

const MOST_TAGS = 10;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;

/** @param text value of the header x-amz-tagging, which is a query string */
export const tagsOfHeader = (text: string | undefined): Tag[] =>
  requireTags([...new URLSearchParams(text ?? '')].map(([Key, Value]) => ({ Key, Value })));

/** @param tagging content of the XML element Tagging */
export function tagsOfXml(tagging: XmlElement | undefined): Tag[] {
  const set = tagging?.['TagSet'];
  if (set === undefined || Array.isArray(set)) {
    throw new S3Error(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  const tags = (typeof set === 'string' ? [] : (set['Tag'] ?? [])) as XmlElement[];
  return requireTags(tags.map(({ Key, Value }) => ({ Key: String(Key ?? ''), Value: String(Value ?? '') })));
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export function requireTags(tags: Tag[]): Tag[] {
  if (tags.length > MOST_TAGS) throw new S3Error('BadRequest', `Object tags cannot be greater than ${MOST_TAGS}`);
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) {
    throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  for (const { Key, Value } of tags) {
    if (Key === '' || Key.length > LONGEST_KEY)
      throw new S3Error('InvalidTag', 'The TagKey you have provided is invalid');
    if (Value.length > LONGEST_VALUE) throw new S3Error('InvalidTag', 'The TagValue you have provided is invalid');
  }
  return tags;
}
