import {
  GetBucketNotificationConfigurationCommand,
  type GetBucketNotificationConfigurationCommandOutput,
} from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { outputOf } from './stack-outputs.ts';
import type { StackPorts } from './stack-ports.ts';

type Configuration = Omit<GetBucketNotificationConfigurationCommandOutput, '$metadata'>;

/** A way in which the queue learns of new objects. */
interface Way {
  /** What the bucket must do, as the predicate of a sentence. */
  does: string;
  /** Whether the bucket does it. */
  isOn: (configuration: Configuration, queueArn: string) => boolean;
}

const isAboutPuts = ({ Events = [] }: { Events?: string[] }) =>
  Events.some((event) => /^s3:ObjectCreated:/.test(event));

/** The ways by the service that the policy of the queue allows to send messages. */
const WAYS: Record<string, Way> = {
  's3.amazonaws.com': {
    does: 'notifies the queue',
    isOn: ({ QueueConfigurations = [] }, queueArn) =>
      QueueConfigurations.some((each) => each.QueueArn === queueArn && isAboutPuts(each)),
  },
  'events.amazonaws.com': {
    does: 'sends its events to EventBridge',
    isOn: ({ EventBridgeConfiguration }) => EventBridgeConfiguration !== undefined,
  },
  'sns.amazonaws.com': {
    does: 'notifies a topic',
    isOn: ({ TopicConfigurations = [] }) => TopicConfigurations.some(isAboutPuts),
  },
};

export interface Intake {
  /** What the bucket does, for each way that works: `notifies the queue`. Empty when no put reaches the queue. */
  working: string[];
  /** What the bucket would have to do, for each way that the queue allows and that does not work. */
  missing: string[];
}

/** Finds out whether the queue learns of the objects that are put into the bucket. */
export async function intakeOf({
  s3,
  sqs,
  ...stack
}: Pick<StackPorts, 's3' | 'sqs' | 'outputs' | 'stackName'>): Promise<Intake> {
  const QueueUrl = outputOf(stack, 'QueueUrl');
  const { Attributes: { Policy = '{}', QueueArn = '' } = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy', 'QueueArn'] }),
  );
  const Bucket = outputOf(stack, 'DropBucketName');
  const configuration = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  const allowed = allowedServices(Policy).flatMap((service) => WAYS[service] ?? []);
  // Emulators of AWS need no policy.
  const ways = allowed.length > 0 ? allowed : Object.values(WAYS);
  const isOn = (way: Way) => way.isOn(configuration, QueueArn);
  const does = ({ does: it }: Way) => it;
  return { working: ways.filter(isOn).map(does), missing: ways.filter((way) => !isOn(way)).map(does) };
}

interface PolicyDocument {
  Statement?: { Effect?: string; Principal?: { Service?: string | string[] } }[];
}

function allowedServices(policy: string): string[] {
  const { Statement = [] }: PolicyDocument = JSON.parse(policy);
  const allowed = Statement.filter(({ Effect }) => Effect === 'Allow');
  return [...new Set(allowed.flatMap(({ Principal }) => Principal?.Service ?? []))];
}
