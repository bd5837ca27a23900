import { requireVersion, versionHeader } from '../named-version.ts';
import { answerXml, malformedXml, type Operation } from '../operation.ts';
import { readDocument } from '../received-body.ts';
import { tagsOfXml } from '../tags.ts';
import { parseXml } from '../xml.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export const getObjectTagging: Operation = (request, response, buckets) => {
  const version = requireVersion(buckets, request, request.query.get('versionId'));
  const tagging = { TagSet: { Tag: buckets.versions.tags(version) } };
  answerXml(response, 'Tagging', tagging, versionHeader(buckets.require(request.bucket), version));
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
export const putObjectTagging: Operation = async (request, response, buckets) => {
  const tagging = parseXml(await readDocument(request, buckets.accessKey), 'Tagging');
  if (!tagging) throw malformedXml();
  const tags = tagsOfXml(tagging);
  const version = requireVersion(buckets, request, request.query.get('versionId'));
  buckets.versions.setTags(version, tags);
  response.writeHead(200, versionHeader(buckets.require(request.bucket), version)).end();
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
export const deleteObjectTagging: Operation = (request, response, buckets) => {
  const version = requireVersion(buckets, request, request.query.get('versionId'));
  buckets.versions.setTags(version, []);
  response.writeHead(204, versionHeader(buckets.require(request.bucket), version)).end();
};
