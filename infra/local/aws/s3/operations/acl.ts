import { requireVersion, versionHeader } from '../named-version.ts';
import { answerXml, malformedXml, type Operation, OWNER } from '../operation.ts';
import { readDocument } from '../received-body.ts';
import { S3Error } from '../s3-error.ts';
import { parseXml, type XmlElement } from '../xml.ts';

const OWNER_GRANT = {
  Grantee: {
    '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    '@xsi:type': 'CanonicalUser',
    ...OWNER,
  },
  Permission: 'FULL_CONTROL',
};

/** The owner has full control, as in every bucket with disabled ACLs. */
export const getAcl: Operation = ({ bucket, key, query }, response, buckets) => {
  const version = key === '' ? undefined : requireVersion(buckets, { bucket, key }, query.get('versionId'));
  const headers = version ? versionHeader(buckets.require(bucket), version) : {};
  answerXml(response, 'AccessControlPolicy', { Owner: OWNER, AccessControlList: { Grant: [OWNER_GRANT] } }, headers);
};

/** Accepts only an ACL that grants access to nobody but the owner, such as the result of getAcl. */
export const putAcl: Operation = async (request, response, buckets) => {
  const { bucket, key, query } = request;
  if (key !== '') requireVersion(buckets, { bucket, key }, query.get('versionId'));
  const document = await readDocument(request, buckets.accessKey);
  const canned = request.header('x-amz-acl');
  const grants = document === '' ? [] : grantsOf(document);
  const ownerOnly = grants.every(({ Grantee }) => (Grantee as XmlElement | undefined)?.['ID'] === OWNER.ID);
  if (!ownerOnly || (canned !== undefined && canned !== 'private')) {
    throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  response.writeHead(200).end();
};

function grantsOf(document: string): XmlElement[] {
  const list = parseXml(document, 'AccessControlPolicy')?.['AccessControlList'];
  if (typeof list !== 'object' || Array.isArray(list)) throw malformedXml();
  return (list['Grant'] ?? []) as XmlElement[];
}
