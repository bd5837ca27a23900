import type { FinalEventDetail } from '../../../../shared/events/events.ts';
import type { PinEventDetail } from '../../../../shared/events/pin/pin-events.ts';
import type { LocalStack } from '../../aws/local-stack.ts';
import type { Observation } from '../../aws/observation.ts';
import type { Unfinished } from '../../aws/unfinished.ts';
import { ONLY_ACCOUNT } from '../../pinterest/simulation.ts';
import type { KeyFilter } from '../key-filter.ts';
import type { Target } from '../target.ts';

/** The first sentence: the Pinterest that receives the files. */
export function welcome(target: Target): string {
  const { accounts } = target;
  const has = accounts.length === 0 ? '' : ` with a token for each of ${words(accounts, 'and')}`;
  if (target.kind === 'simulator') {
    const variable = accounts.length === 0 ? 'PINTEREST_ACCESS_TOKEN' : 'PINTEREST_ACCESS_TOKENS';
    return `Pindrop on this machine, with a simulated Pinterest${has}: set ${variable} to upload to the real one.`;
  }
  const signedIn = Object.values(target.tokens).every(({ keep }) => keep);
  const how = signedIn ? ', signed in with npm run pindrop -- auth --local' : '';
  return `Pindrop on this machine, uploading to ${target.apiUrl}${has}${how}.`;
}

/** @returns such as `brand-a, brand-b and brand-c` */
const words = (names: string[], last: 'and' | 'or') =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;

/** Outputs of the examples that may interest the user. */
const EXAMPLE_OUTPUTS = [
  ['ResultsBucketName', 'results '],
  ['StartedStateMachineArn', 'started '],
  ['PublishPinStateMachineArn', 'pins    '],
] as const;

/** Lines that explain how to drop a file into a running stack. @param consoleUrl undefined without the console */
export function invitation(
  { endpoint, outputs, region, accessKey }: LocalStack,
  consoleUrl: string | undefined,
  { prefixes }: KeyFilter,
): string[] {
  const { accessKeyId, secretAccessKey } = accessKey;
  const credentials = `AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} AWS_REGION=${region}`;
  return [
    ...(consoleUrl === undefined ? [] : [`  console   ${consoleUrl}`]),
    `  endpoint  ${endpoint}`,
    `  bucket    ${outputs['DropBucketName']}`,
    ...EXAMPLE_OUTPUTS.flatMap(([output, what]) => (outputs[output] ? [`  ${what}  ${outputs[output]}`] : [])),
    ...(outputs['PublishPinStateMachineArn'] ? ['  boards    npm run pindrop -- boards --local'] : []),
    '',
    consoleUrl === undefined ? 'Drop a video:' : 'Drop a video there, or:',
    ...Object.values(prefixes).map(
      (prefix) =>
        `  ${credentials} aws --endpoint-url ${endpoint} s3 cp clip.mp4 s3://${outputs['DropBucketName']}/${prefix}`,
    ),
    '',
    'Final events appear on stdout. Ctrl+C stops npm start; the dropped files are kept.',
  ];
}

/** The sentence for a final event: the upload succeeded, or it failed. */
export function finalSentence(detail: FinalEventDetail): string {
  const { object, timeline, polls } = detail;
  const seconds = Math.round((Date.parse(timeline.completedAt) - Date.parse(timeline.droppedAt)) / 1000);
  if (detail.status === 'succeeded') {
    return `✔ ${object.key}: ready on Pinterest as media ${detail.mediaId} (${seconds} s, polled ${polls}×)`;
  }
  return `✘ ${object.key}: ${detail.failure.reason}. ${detail.failure.message}`;
}

/** The sentence for a Pin event: the Pin was published, or it failed. */
export function pinSentence(detail: PinEventDetail): string {
  const { object } = detail;
  return detail.status === 'published'
    ? `✔ ${object.key}: published as Pin ${detail.pinId} on board ${detail.boardId}`
    : `✘ ${object.key}: no Pin (${detail.failure.reason}). ${detail.failure.message}`;
}

/** The sentence for a failed delivery of an event to a subscriber, with what happens next. */
export function deliverySentence({
  target,
  why,
  againInSeconds,
}: Extract<Observation, { kind: 'delivery-failed' }>): string {
  const then =
    againInSeconds === undefined ? 'That was the last attempt' : `The event is delivered again in ${againInSeconds} s`;
  return `${target} failed (${why}). ${then}.`;
}

/** The sentence for a file that an example has not finished processing when the run ends. */
export function leftSentence(key: string, { where, againAt = Date.now() }: Unfinished): string {
  const at = new Date(Math.max(againAt, Date.now())).toISOString().replace(/\.\d+/, '');
  return `${key} is not finished: ${where} continues in the next npm start with the same examples, at ${at} or later.`;
}

/** The sentence for a dropped file that is ignored because the settings exclude its key. */
export function ignoredSentence(key: string, { prefixes, suffixes }: KeyFilter): string {
  const starts = Object.values(prefixes);
  const [which, setting] = starts.some((prefix) => key.startsWith(prefix))
    ? [`end in ${words(suffixes, 'or')}`, 'suffixes']
    : [`start with ${words(starts, 'or')}`, ONLY_ACCOUNT in prefixes ? 'prefix' : 'accounts'];
  return `${key} is not uploaded: the setting ${setting} allows only keys that ${which}.`;
}

/** The sentence for a companion that was dropped without its video. */
export function companionSentence(key: string): string {
  const video = key.replace(/\.[^.]+$/, '');
  return `${key} is stored. It gets no event of its own: drop its video, ${video}, next.`;
}

/** The sentence for a dropped file that could not be resumed, with what happens next. */
export function unrecoveredSentence({
  bucket,
  versionId,
  why,
}: Extract<Observation, { kind: 'version-unrecovered' }>): string {
  return `The upload of the version ${versionId} in the bucket ${bucket} could not continue (${why}). The next npm start tries again.`;
}
