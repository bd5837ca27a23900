import { ListTagsForResourceCommand } from '@aws-sdk/client-sfn';
import type { DropFilter } from '../../shared/upload/drop-filter.ts';
import { filterOfTags } from '../filter-tags.ts';
import { outputOf } from './stack-outputs.ts';
import type { StackPorts } from './stack-ports.ts';

/**
 * The filter of the stack's settings.
 * @returns a filter that accepts every key of the bucket when an earlier version deployed the stack, which has no such
 * tags; `ingest` then ignores what the filter excludes
 */
export async function filterOfStack(ports: Pick<StackPorts, 'states' | 'outputs' | 'stackName'>): Promise<DropFilter> {
  const resourceArn = outputOf(ports, 'StateMachineArn');
  const { tags = [] } = await ports.states.send(new ListTagsForResourceCommand({ resourceArn }));
  return { bucket: outputOf(ports, 'DropBucketName'), ...filterOfTags(tags) };
}
