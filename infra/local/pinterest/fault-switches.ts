import type { FaultSwitch } from '../console/shared/wire.ts';
import type { Fault, FaultSource, FaultyRequest } from './faults.ts';
import { processingSecondsBySize } from './simulator.ts';

interface Switchable extends Pick<FaultSwitch, 'name' | 'label' | 'consequence'> {
  /** `once`: the fault hits one request, then it turns off. A number: it turns off after that many seconds. */
  lasts: 'once' | 'until turned off' | number;
  /** @param secondsLeft seconds until the fault ends by itself; Infinity when it does not */
  strikes?: (request: FaultyRequest, secondsLeft: number) => Fault | undefined;
  /** Seconds that the fault adds to the processing time. */
  slows?: number;
}

const MINUTE = 60;
/** Long enough to watch a few polls. */
const SLOW_PROCESSING_SECONDS = 60;
const SLOW_NETWORK_BYTES_PER_SECOND = 2_000_000;
/** More bytes than the form's fields have, and fewer than any video has. */
const CUT_AFTER_BYTES = 20_000;

const uploads = (fault: Fault) => (request: FaultyRequest) => (request.operation === 'upload' ? fault : undefined);
const asks = ({ operation }: FaultyRequest) =>
  operation === 'media_create' || operation === 'media_get' || operation === 'media_list';

const SWITCHABLE: Switchable[] = [
  {
    name: 'upload-cut-off',
    label: 'Cut off the next upload',
    consequence: 'Pindrop sends the file again after a short wait.',
    lasts: 'once',
    strikes: uploads({ kind: 'reset', afterBytes: CUT_AFTER_BYTES }),
  },
  {
    name: 'not-processable',
    label: 'Fail the next file',
    consequence: 'Pinterest cannot process it. The event says what to do.',
    lasts: 'once',
    strikes: uploads({ kind: 'not-processable' }),
  },
  {
    name: 'registration-refused',
    label: 'Refuse the next file',
    consequence: 'Like a missing scope: the file fails at once. Then retry it.',
    lasts: 'once',
    strikes: ({ operation }) => (operation === 'media_create' ? { kind: 'status', status: 403, code: 29 } : undefined),
  },
  {
    name: 'rate-limit',
    label: '429 for a minute',
    consequence: 'All files wait for the time in Retry-After.',
    lasts: MINUTE,
    strikes: (request, retryAfterSeconds) =>
      asks(request) ? { kind: 'status', status: 429, code: 8, retryAfterSeconds } : undefined,
  },
  {
    name: 'outage',
    label: '503 for a minute',
    consequence: 'Pindrop retries every request after longer and longer waits.',
    lasts: MINUTE,
    strikes: () => ({ kind: 'status', status: 503, s3Code: 'ServiceUnavailable' }),
  },
  {
    name: 'slow-network',
    label: 'Slow network (2 MB/s)',
    consequence: 'Shows the progress of a large file.',
    lasts: 'until turned off',
    strikes: uploads({ kind: 'slow-network', bytesPerSecond: SLOW_NETWORK_BYTES_PER_SECOND }),
  },
  {
    name: 'slow-processing',
    label: 'Slow processing (+60 s)',
    consequence: 'Pindrop polls Pinterest less and less often.',
    lasts: 'until turned off',
    slows: SLOW_PROCESSING_SECONDS,
  },
];

/** Faults of the simulated Pinterest that can be turned on and off while it runs. */
export class FaultSwitches {
  /** End of each active switch by its name, in milliseconds since 1970; Infinity when it does not end by itself. */
  readonly #on = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  switches(): FaultSwitch[] {
    return SWITCHABLE.map(({ name, label, consequence }) => {
      const left = this.#secondsLeft(name);
      const until = this.#on.get(name) ?? Number.POSITIVE_INFINITY;
      return { name, label, consequence, on: left > 0, ...(Number.isFinite(until) && left > 0 ? { until } : {}) };
    });
  }

  /** @returns false when there is no switch with that name */
  turn(name: string, on: boolean): boolean {
    const found = SWITCHABLE.find((each) => each.name === name);
    if (!found) return false;
    const { lasts } = found;
    if (on) this.#on.set(name, typeof lasts === 'number' ? this.#now() + lasts * 1000 : Number.POSITIVE_INFINITY);
    else this.#on.delete(name);
    return true;
  }

  /** The value for the simulator's option `faults`. */
  readonly source: FaultSource = (request) => {
    for (const { name, lasts, strikes } of SWITCHABLE) {
      const left = this.#secondsLeft(name);
      const fault = left > 0 ? strikes?.(request, Math.ceil(left)) : undefined;
      if (fault && lasts === 'once') this.#on.delete(name);
      if (fault) return fault;
    }
    return undefined;
  };

  /** The value for the simulator's option `processingSeconds`. */
  readonly processingSeconds = (file: { size: number }): number => {
    const slowed = SWITCHABLE.map(({ name, slows = 0 }) => (this.#secondsLeft(name) > 0 ? slows : 0));
    return processingSecondsBySize(file) + slowed.reduce((sum, seconds) => sum + seconds, 0);
  };

  #secondsLeft(name: string): number {
    return Math.max(0, ((this.#on.get(name) ?? 0) - this.#now()) / 1000);
  }
}
