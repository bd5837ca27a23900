import { DETAIL_TYPE, EVENT_SOURCE } from './events.ts';

export interface EventPatternOptions {
  /** Only uploads that ended like this; by default both. */
  status?: keyof typeof DETAIL_TYPE;
  /** Only objects whose key starts with this. */
  keyPrefix?: string;
}

/** What `eventPattern` of a CDK rule takes; arrays of its own, so that it can be changed. */
export interface MediaUploadEventPattern {
  source: string[];
  detailType: string[];
  detail?: { object: { key: { prefix: string }[] } };
}

/**
 * The event pattern of a CDK rule that hears of final events and of nothing else on the bus.
 *
 *     new Rule(this, 'Ready', { eventBus, eventPattern: eventPattern({ status: 'succeeded' }), targets: […] });
 */
export function eventPattern({ status, keyPrefix }: EventPatternOptions = {}): MediaUploadEventPattern {
  return {
    source: [EVENT_SOURCE],
    detailType: status === undefined ? Object.values(DETAIL_TYPE) : [DETAIL_TYPE[status]],
    ...(keyPrefix === undefined ? {} : { detail: { object: { key: [{ prefix: keyPrefix }] } } }),
  };
}
