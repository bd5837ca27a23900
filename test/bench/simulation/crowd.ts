import { registerMedia } from '../../../functions/ingest/register-media.ts';
import { decide } from '../../../functions/outcome/decide.ts';
import { faultOf } from '../../../functions/outcome/fault.ts';
import { seededRandom } from '../../harness/seeded-random.ts';
import { uploadSeconds } from '../lambda-time.ts';
import { median } from '../statistics.ts';
import { Following } from './following.ts';
import { PinterestModel } from './pinterest-model.ts';
import { minuteLimit } from './rate-limited.ts';
import { VirtualClock } from './virtual-clock.ts';
import { fileDrawer, type SimulatedFile, USUAL_WORLD } from './worlds.ts';

export interface CrowdOptions {
  drops: number;
  seed: number;
  /** maxConcurrency of the event source mapping. */
  maxConcurrency: number;
  ingestMegabytes: number;
  /** CPU time of the ingest function per byte. */
  cpuSecondsPerByte: number;
  registrationsPerMinute: number;
  readsPerMinute: number;
}

export interface Crowd {
  /** Seconds until the last file was uploaded. */
  drainSeconds: number;
  /** Seconds until the last event. */
  lastEventSeconds: number;
  /** Median time that a message was in the queue before its file was registered. */
  medianWaitSeconds: number;
  requests: number;
  refused: number;
  /** Attempts that were postponed. */
  putOff: number;
  uploadSeconds: number;
  polls: number;
  pollSeconds: number;
  secretReads: number;
  /** Used share of each limit: functions and registrations until the last upload, reads until the last event. */
  used: { concurrency: number; registrations: number; reads: number };
}

const POLICY = { giveUpAfterSeconds: 24 * 3600, maxBackoffSeconds: 900 };
/** Seconds that the ingest function takes to read whether the rate limit gate is open. */
const LOOK_SECONDS = 0.2;

/** Drops many files at once, in simulated time. The real code decides when to register, wait and poll. */
export async function crowd(options: CrowdOptions): Promise<Crowd> {
  const clock = new VirtualClock();
  const random = seededRandom(options.seed);
  const writes = minuteLimit(clock, options.registrationsPerMinute);
  const reads = minuteLimit(clock, options.readsPerMinute);
  const pinterest = new PinterestModel(clock, (operation) =>
    (operation === 'media_create' ? writes : reads).count(operation),
  );
  const following = new Following({ clock, pinterest, random });
  const draw = fileDrawer(USUAL_WORLD, random);
  const gate = new SimulatedGate(clock);
  const queue = new SimulatedQueue(clock, Array.from({ length: options.drops }, draw));
  const events: Promise<unknown>[] = [];
  const waits: number[] = [];
  let [drainSeconds, busy, putOff] = [0, 0, 0];

  const sandbox = async () => {
    for (let message = await queue.receive(); message; message = await queue.receive()) {
      const begun = clock.seconds;
      await clock.sleep(LOOK_SECONDS);
      const registration = await registerMedia({ pinterest, gate }).catch((cause: unknown) => cause as Error);
      if (registration instanceof Error) {
        putOff++;
        queue.putOff(message, waitAfter(registration, { ...message, ageSeconds: clock.seconds, random: random() }));
      } else {
        waits.push(begun);
        const { sizeBytes } = message.file;
        await clock.sleep(uploadSeconds(sizeBytes, sizeBytes * options.cpuSecondsPerByte, options.ingestMegabytes));
        drainSeconds = clock.seconds;
        queue.done();
        events.push(following.follow(registration.mediaId, message.file));
      }
      busy += clock.seconds - begun;
    }
  };
  const sandboxes = Array.from({ length: options.maxConcurrency }, sandbox);
  await clock.run();
  await Promise.all([...sandboxes, ...events]);
  return {
    drainSeconds,
    lastEventSeconds: clock.seconds,
    medianWaitSeconds: median(waits),
    putOff,
    ...{
      requests: Object.values(pinterest.requests).reduce((sum, count) => sum + count),
      refused: writes.refused + reads.refused,
    },
    uploadSeconds: busy,
    polls: following.pool.invocations,
    pollSeconds: following.pool.busySeconds,
    secretReads: following.secretReads,
    used: {
      concurrency: busy / (drainSeconds * options.maxConcurrency),
      registrations: writes.allowed / ((drainSeconds / 60) * writes.perMinute),
      reads: reads.allowed / ((clock.seconds / 60) * reads.perMinute),
    },
  };
}

/** Seconds that the ingest function waits before it tries again to register a drop. */
function waitAfter(error: Error, circumstances: { attempt: number; ageSeconds: number; random: number }): number {
  const decision = decide(faultOf(error), { ...POLICY, ...circumstances });
  if (decision.action === 'fail') throw error;
  return decision.afterSeconds;
}

/** Stands in for the rate limit gate, whose state is a parameter of Systems Manager. */
class SimulatedGate {
  readonly #clock: VirtualClock;
  #openAt = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  async state(): Promise<{ closedForSeconds: number }> {
    return { closedForSeconds: Math.max(0, this.#openAt - this.#clock.seconds) };
  }

  async close(seconds: number): Promise<void> {
    this.#openAt = this.#clock.seconds + seconds;
  }

  async open(): Promise<void> {
    this.#openAt = 0;
  }
}

interface Message {
  file: SimulatedFile;
  attempt: number;
}

/** A queue that holds all its messages from the start. */
class SimulatedQueue {
  readonly #clock: VirtualClock;
  readonly #visible: Message[];
  #left: number;

  constructor(clock: VirtualClock, files: SimulatedFile[]) {
    this.#clock = clock;
    this.#visible = files.map((file) => ({ file, attempt: 0 }));
    this.#left = files.length;
  }

  /** @returns undefined when all messages are done */
  async receive(): Promise<Message | undefined> {
    while (this.#left > 0) {
      const message = this.#visible.shift();
      if (message) return message;
      await this.#clock.sleep(1);
    }
    return undefined;
  }

  putOff(message: Message, seconds: number): void {
    this.#clock.sleep(seconds).then(() => this.#visible.push({ ...message, attempt: message.attempt + 1 }));
  }

  done(): void {
    this.#left--;
  }
}
