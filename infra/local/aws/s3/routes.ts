import type { Operation } from './operation.ts';
import { getAcl, putAcl } from './operations/acl.ts';
import {
  createBucket,
  getBucketLocation,
  getBucketNotification,
  getBucketRequestPayment,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from './operations/bucket.ts';
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts';
import { copyObject } from './operations/copy-object.ts';
import { deleteObject, deleteObjects } from './operations/delete-object.ts';
import { getObject } from './operations/get-object.ts';
import { getObjectAttributes } from './operations/get-object-attributes.ts';
import { listObjectVersions } from './operations/list-object-versions.ts';
import { listObjects, listObjectsV2 } from './operations/list-objects.ts';
import { listMultipartUploads, listParts } from './operations/list-parts.ts';
import { abortMultipartUpload, createMultipartUpload } from './operations/multipart-upload.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './operations/object-tagging.ts';
import { postObject } from './operations/post-object.ts';
import { putObject } from './operations/put-object.ts';
import { uploadPart, uploadPartCopy } from './operations/upload-part.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/** All query parameters of S3 that select another operation. Other parameters are options of an operation. */
const SUBRESOURCES = new Set([
  'abac',
  'accelerate',
  'acl',
  'analytics',
  'annotation',
  'attributes',
  'cors',
  'delete',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'location',
  'logging',
  'metadataConfiguration',
  'metadataInventoryTable',
  'metadataJournalTable',
  'metadataTable',
  'metrics',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'renameObject',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'session',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versioning',
  'versions',
  'website',
]);

/** Operations by method, kind of path (service, bucket or object) and subresource. */
const OPERATIONS: Record<string, Operation> = {
  'GET service': listBuckets,

  'GET bucket': listObjects,
  'HEAD bucket': headBucket,
  'PUT bucket': createBucket,
  'POST bucket': postObject,
  'POST bucket delete': deleteObjects,
  'GET bucket acl': getAcl,
  'PUT bucket acl': putAcl,
  'GET bucket location': getBucketLocation,
  'GET bucket notification': getBucketNotification,
  'GET bucket requestPayment': getBucketRequestPayment,
  'GET bucket uploads': listMultipartUploads,
  'GET bucket versioning': getBucketVersioning,
  'GET bucket versions': listObjectVersions,

  'GET object': getObject,
  'HEAD object': getObject,
  'PUT object': putObject,
  'DELETE object': deleteObject,
  'GET object acl': getAcl,
  'PUT object acl': putAcl,
  'GET object attributes': getObjectAttributes,
  'GET object tagging': getObjectTagging,
  'PUT object tagging': putObjectTagging,
  'DELETE object tagging': deleteObjectTagging,
  'POST object uploads': createMultipartUpload,
  'PUT object uploadId': uploadPart,
  'POST object uploadId': completeMultipartUpload,
  'DELETE object uploadId': abortMultipartUpload,
  'GET object uploadId': listParts,
};

/**
 * Finds the operation of a request.
 * @throws S3Error NotImplemented for an unsupported operation
 */
export function operationOf(request: S3Request): Operation {
  const { method, bucket, key, query } = request;
  const subresources = [...query.keys()].filter((name) => SUBRESOURCES.has(name));
  const what = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const found = OPERATIONS[[method, what, ...subresources].join(' ')];
  if (found) return variantOf(found, request);
  const named = subresources.length === 0 ? '' : ` with ${subresources.join(' and ')}`;
  throw new S3Error('NotImplemented', `The local S3 does not support ${method} of a ${what}${named}.`);
}

/** Distinguishes operations with the same method and path by a header or another parameter. */
function variantOf(operation: Operation, request: S3Request): Operation {
  const copies = request.header('x-amz-copy-source') !== undefined;
  if (operation === listObjects && request.query.get('list-type') === '2') return listObjectsV2;
  if (operation === putObject && copies) return copyObject;
  if (operation === uploadPart && copies) return uploadPartCopy;
  return operation;
}
