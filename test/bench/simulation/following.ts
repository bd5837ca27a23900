import { MediaStatuses } from '../../../functions/poll/media-statuses.ts';
import { pollMedia } from '../../../functions/poll/poll-media.ts';
import { learntPace } from '../../../functions/poll/processing-estimate.ts';
import { pollWaitSeconds } from '../../../functions/poll/wait-policy.ts';
import type { FollowedUpload } from '../../../shared/upload/execution.ts';
import { USUAL_PACE } from '../../../shared/upload/initial-parameters.ts';
import type { SimulatedFile } from './files.ts';
import type { PinterestModel } from './pinterest-model.ts';
import { SandboxPool } from './sandbox-pool.ts';
import type { VirtualClock } from './virtual-clock.ts';

const POLICY = {
  deadlineSeconds: 3600,
  retryPolicy: { giveUpAfterSeconds: 24 * 3600, maxBackoffSeconds: 900 },
};
/** A function keeps the token for so long: functions/aws/access-token.ts. */
const TOKEN_KEPT_SECONDS = 300;
/** Seconds that an invocation takes which asks nobody. */
const OVERHEAD_SECONDS = 0.01;

export interface Followed {
  polls: number;
  /** Seconds from Pinterest being ready to our knowing it. */
  lagSeconds: number;
}

/** The state machine and the real poll function, in simulated time. */
export class Following {
  readonly #clock: VirtualClock;
  readonly #pinterest: PinterestModel;
  readonly #random: () => number;
  readonly pool: SandboxPool<{ statuses: MediaStatuses; tokenReadAt: number }>;
  /** Reads of the token's secret. */
  secretReads = 0;
  /** What the parameter of Systems Manager holds. */
  #pace = USUAL_PACE;

  /** @param anySandbox true when Lambda takes any idle sandbox, and not the one used last */
  constructor(clock: VirtualClock, pinterest: PinterestModel, random: () => number, anySandbox = false) {
    this.#clock = clock;
    this.#pinterest = pinterest;
    this.#random = random;
    const pick = anySandbox ? (idle: number) => Math.floor(random() * idle) : undefined;
    const create = () => ({
      statuses: new MediaStatuses({ pinterest, now: clock.now }),
      tokenReadAt: Number.NEGATIVE_INFINITY,
    });
    this.pool = new SandboxPool(create, clock.now, pick);
  }

  /** Follows one upload, which has just been acknowledged, until its final event. */
  async follow(mediaId: string, { sizeBytes, processingSeconds }: SimulatedFile): Promise<Followed> {
    const clock = this.#clock;
    const readyAt = clock.seconds + processingSeconds;
    this.#pinterest.uploaded(mediaId, processingSeconds);
    const at = clock.date().toISOString();
    const first = { polls: 0, elapsedSeconds: 0, sizeBytes, pace: this.#pace, random: this.#random() };
    let followed: FollowedUpload = {
      upload: {
        ...{ uploadId: mediaId, mediaId, timeline: { droppedAt: at, uploadedAt: at } },
        object: { bucket: 'b', key: 'k', eTag: 'e', size: sizeBytes, metadata: {} },
      },
      ...{ polls: 0, waitSeconds: pollWaitSeconds(first) },
    };
    while (!followed.finalEvent) {
      await clock.sleep(followed.waitSeconds);
      followed = await this.pool.invoke(async (kept) => {
        if (clock.seconds - kept.tokenReadAt > TOKEN_KEPT_SECONDS) {
          this.secretReads++;
          kept.tokenReadAt = clock.seconds;
        }
        await clock.sleep(OVERHEAD_SECONDS);
        return pollMedia(followed, POLICY, {
          mediaStatus: (id, question) => kept.statuses.statusOf(id, question),
          now: clock.date,
          random: this.#random,
          onProcessed: (processed) => {
            this.#pace = learntPace(this.#pace, processed);
          },
        });
      });
    }
    return { polls: followed.polls, lagSeconds: Math.max(0, clock.seconds - readyAt) };
  }

  get pace(): number {
    return this.#pace;
  }
}
