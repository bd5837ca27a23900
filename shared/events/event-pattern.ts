import { DETAIL_TYPE, EVENT_SOURCE, type FailureReason } from './names.ts';

interface ObjectOptions {
  /** Only objects whose key starts with this. */
  keyPrefix?: string;
  /** Only objects whose metadata has these values; of several values for one name, any. */
  metadata?: Record<string, string | string[]>;
}

interface EndOptions {
  /** Only uploads that ended like this; by default both. */
  status?: keyof typeof DETAIL_TYPE;
}

interface FailureOptions {
  status: 'failed';
  /** Only failures for one of these reasons. */
  reasons?: FailureReason[];
  /** Only failures that a new attempt may mend, or only the others. */
  retryable?: boolean;
}

export type EventPatternOptions = ObjectOptions & (EndOptions | FailureOptions);

/** What `eventPattern` of a CDK rule takes; arrays of its own, so that it can be changed. */
export interface MediaUploadEventPattern {
  source: string[];
  detailType: string[];
  detail?: {
    object?: { key?: { prefix: string }[]; metadata?: Record<string, string[]> };
    failure?: { reason?: string[]; retryable?: boolean[] };
  };
}

/**
 * The event pattern of a CDK rule that hears of final events and of nothing else on the bus.
 *
 *     new Rule(this, 'Ready', { eventBus, eventPattern: eventPattern({ status: 'succeeded' }), targets: […] });
 */
export function eventPattern(options: EventPatternOptions = {}): MediaUploadEventPattern {
  const {
    status,
    keyPrefix,
    metadata,
    reasons,
    retryable,
  }: ObjectOptions & EndOptions & Omit<Partial<FailureOptions>, 'status'> = options;
  const object = {
    ...(keyPrefix === undefined ? {} : { key: [{ prefix: keyPrefix }] }),
    ...(metadata === undefined ? {} : { metadata: anyOf(metadata) }),
  };
  const failure = {
    ...(reasons === undefined ? {} : { reason: [...reasons] }),
    ...(retryable === undefined ? {} : { retryable: [retryable] }),
  };
  const detail = { ...unlessEmpty({ object }), ...unlessEmpty({ failure }) };
  return {
    source: [EVENT_SOURCE],
    detailType: status === undefined ? Object.values(DETAIL_TYPE) : [DETAIL_TYPE[status]],
    ...unlessEmpty({ detail }),
  };
}

const anyOf = (values: Record<string, string | string[]>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value].flat()]));

/** EventBridge takes no empty part of a pattern. */
const unlessEmpty = <Part extends Record<string, object>>(part: Part): Partial<Part> =>
  Object.values(part).every((inside) => Object.keys(inside).length === 0) ? {} : part;
