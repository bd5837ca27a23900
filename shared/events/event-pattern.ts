import { DETAIL_TYPE, EVENT_SOURCE, type FailureReason } from './names.ts';

/** Selects events by their object and its Pinterest account. */
export interface ObjectFilter {
  /** Only uploads to this account, or to one of these accounts, of the setting `accounts`. */
  account?: string | string[];
  /** Only objects whose key starts with this. */
  keyPrefix?: string;
  /** Only objects whose metadata has these values. An array matches any of its values. */
  metadata?: Record<string, string | string[]>;
}

interface EndOptions {
  /** Only uploads with this outcome. @default - both */
  status?: keyof typeof DETAIL_TYPE;
}

/** Selects failed events by their object and failure. */
export interface FailureFilter extends ObjectFilter {
  /** Only failures with one of these reasons. */
  reasons?: FailureReason[];
  /** true: only failures that a new attempt may fix; false: only the others. */
  retryable?: boolean;
}

export type EventPatternOptions = (ObjectFilter & EndOptions) | (FailureFilter & { status: 'failed' });

/** The value of a CDK rule's `eventPattern`. It is a new object that you may modify. */
export interface MediaUploadEventPattern {
  source: string[];
  detailType: string[];
  detail?: {
    account?: string[];
    object?: { key?: { prefix: string }[]; metadata?: Record<string, string[]> };
    failure?: { reason?: string[]; retryable?: boolean[] };
  };
}

/**
 * The event pattern of a CDK rule that matches final events and nothing else on the bus.
 *
 *     new Rule(this, 'Ready', { eventBus, eventPattern: eventPattern({ status: 'succeeded' }), targets: […] });
 */
export function eventPattern(options: EventPatternOptions = {}): MediaUploadEventPattern {
  const { status, account, keyPrefix, metadata, reasons, retryable }: EndOptions & FailureFilter = options;
  const object = {
    ...(keyPrefix === undefined ? {} : { key: [{ prefix: keyPrefix }] }),
    ...(metadata === undefined ? {} : { metadata: anyOf(metadata) }),
  };
  const failure = {
    ...(reasons === undefined ? {} : { reason: [...reasons] }),
    ...(retryable === undefined ? {} : { retryable: [retryable] }),
  };
  const detail = {
    ...(account === undefined ? {} : { account: [account].flat() }),
    ...unlessEmpty({ object }),
    ...unlessEmpty({ failure }),
  };
  return {
    source: [EVENT_SOURCE],
    detailType: status === undefined ? Object.values(DETAIL_TYPE) : [DETAIL_TYPE[status]],
    ...unlessEmpty({ detail }),
  };
}

const anyOf = (values: Record<string, string | string[]>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value].flat()]));

/** EventBridge rejects empty objects in a pattern. */
const unlessEmpty = <Part extends Record<string, object>>(part: Part): Partial<Part> =>
  Object.values(part).every((inside) => Object.keys(inside).length === 0) ? {} : part;
