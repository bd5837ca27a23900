import { Duration } from 'aws-cdk-lib';
import {
  Choice,
  Condition,
  type IChainable,
  JitterType,
  JsonPath,
  Pass,
  Succeed,
  type TaskStateBase,
} from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { KnownFailure } from '../../../shared/events/events.ts';
import { OBJECT_TAG } from '../../../shared/upload/object-tags.ts';

/** The IAM actions of the states below. A request with a version id needs the permission for versions. */
export const TAGGING_ACTIONS = ['s3:GetObjectVersionTagging', 's3:PutObjectVersionTagging'];

/** The version that was dropped no longer exists, or the key holds another one: nothing must be tagged. */
const OBJECT_IS_GONE: KnownFailure['reason'][] = ['source_missing', 'source_changed'];

const UPLOAD = '$states.input.followed.upload';
const VERSION = {
  Bucket: jsonata(`${UPLOAD}.object.bucket`),
  Key: jsonata(`${UPLOAD}.object.key`),
  // S3 calls the version of an object without version id "null".
  VersionId: jsonata(`$exists(${UPLOAD}.object.versionId) ? ${UPLOAD}.object.versionId : 'null'`),
};
const INPUT = jsonata('$states.input');

/**
 * Tags the object version with the outcome of its upload, and keeps the user's tags. Every error is caught: the final
 * event is out already, and the execution succeeds. These states are written in JSONata, because the JSONPath of Step
 * Functions cannot select the tags that are not ours. The data that leaves the last state is the data that entered the
 * first one.
 */
export function tagObject(scope: Construct): IChainable {
  const notTagged = new Succeed(scope, 'NotTagged', { stateName: 'Not tagged', outputPath: '$.followed' });
  const tagged = new Succeed(scope, 'Tagged', { outputPath: '$.followed' });
  const read = CallAwsService.jsonata(scope, 'ReadTags', {
    stateName: 'Read the tags',
    service: 's3',
    action: 'getObjectTagging',
    parameters: VERSION,
    iamResources: [],
    outputs: { followed: jsonata('$states.input.followed'), tags: jsonata('$states.result.TagSet') },
  });
  const write = CallAwsService.jsonata(scope, 'WriteTags', {
    stateName: 'Write the tags',
    service: 's3',
    action: 'putObjectTagging',
    parameters: { ...VERSION, Tagging: { TagSet: jsonata(mergedTags()) } },
    iamResources: [],
    outputs: INPUT,
  });
  for (const task of [read, write]) catchAll(task, notTagged);
  const { variable, stringEquals } = reason();
  return new Choice(scope, 'ObjectGone', { stateName: 'Is the object gone?' })
    .when(Condition.and(Condition.isPresent(variable), stringEquals), new Succeed(scope, 'NothingToTag'))
    .otherwise(
      new Pass(scope, 'KeepResult', {
        stateName: 'Keep the result',
        parameters: { followed: JsonPath.objectAt('$') },
      })
        .next(read)
        .next(write)
        .next(tagged),
    );
}

function jsonata(expression: string): string {
  return `{% ${expression} %}`;
}

function reason() {
  const variable = '$.finalEvent.detail.failure.reason';
  return {
    variable,
    stringEquals: Condition.or(...OBJECT_IS_GONE.map((each) => Condition.stringEquals(variable, each))),
  };
}

function mergedTags(): string {
  const { status, mediaId } = OBJECT_TAG;
  const users = `$filter($states.input.tags, function($tag) { $not($tag.Key in ['${status}', '${mediaId}']) })`;
  const outcome = `[{ 'Key': '${status}', 'Value': $states.input.followed.finalEvent.detail.status }]`;
  const media = `$exists(${UPLOAD}.mediaId) ? [{ 'Key': '${mediaId}', 'Value': ${UPLOAD}.mediaId }] : []`;
  return `$append(${users}, $append(${outcome}, ${media}))`;
}

/** Retries for about half a minute. A missing permission, a deleted object or an eleventh tag stays an error. */
function catchAll(task: TaskStateBase, handler: IChainable): void {
  task.addRetry({
    errors: ['States.ALL'],
    interval: Duration.seconds(2),
    backoffRate: 2,
    maxAttempts: 5,
    jitterStrategy: JitterType.FULL,
  });
  task.addCatch(handler, { errors: ['States.ALL'], outputs: INPUT });
}
