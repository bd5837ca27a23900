import type { SSMClient } from '@aws-sdk/client-ssm';
import { MediaStatuses } from '../../../functions/poll/media-statuses.ts';
import { pollMedia } from '../../../functions/poll/poll-media.ts';
import { firstWaitSeconds, type ProcessedFile } from '../../../functions/poll/question-times.ts';
import { RecentFiles } from '../../../functions/poll/recent-files.ts';
import type { FollowedUpload } from '../../../shared/upload/execution.ts';
import { NOTHING_LEARNED } from '../../../shared/upload/initial-parameters.ts';
import type { PinterestModel } from './pinterest-model.ts';
import { SandboxPool } from './sandbox-pool.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { SimulatedFile } from './worlds.ts';

const POLICY = {
  deadlineSeconds: 3600,
  retryPolicy: { giveUpAfterSeconds: 24 * 3600, maxBackoffSeconds: 900 },
};
/** How long a function caches the token, as in functions/aws/access-token.ts. */
const TOKEN_KEPT_SECONDS = 300;
/** Seconds that an invocation takes when it sends no request to Pinterest. */
const OVERHEAD_SECONDS = 0.01;

export interface Followed {
  polls: number;
  /** Seconds between the end of Pinterest's processing and the poll that detects it. */
  lagSeconds: number;
}

export interface FollowingOptions {
  clock: VirtualClock;
  pinterest: PinterestModel;
  random: () => number;
  /** True if Lambda uses a random idle sandbox, false if it uses the most recently used one. */
  anySandbox?: boolean;
  /** False to treat every file as the first one, without anything learned. */
  learning?: boolean;
  /** False to poll each file with its own media_get, without media_list. */
  sharing?: boolean;
}

/** Simulates the state machine in simulated time, with the real code of the poll function. */
export class Following {
  readonly #options: FollowingOptions;
  readonly pool: SandboxPool<{ statuses: MediaStatuses; recentFiles: RecentFiles; tokenReadAt: number }>;
  readonly #ssm = simulatedParameter();
  readonly #ofIngest: RecentFiles;
  /** How often the token's secret was read. */
  secretReads = 0;

  constructor(options: FollowingOptions) {
    this.#options = options;
    const { clock, pinterest, random, anySandbox = false } = options;
    const recentFiles = () =>
      new RecentFiles({
        ssm: this.#ssm,
        parameter: 'recent-files',
        apiUrl: 'https://api.pinterest.com/v5',
        now: clock.now,
        onError(error) {
          throw error;
        },
      });
    this.#ofIngest = recentFiles();
    const create = () => ({
      statuses: new MediaStatuses({ pinterest, now: clock.now }),
      recentFiles: recentFiles(),
      tokenReadAt: Number.NEGATIVE_INFINITY,
    });
    this.pool = new SandboxPool(
      create,
      clock.now,
      anySandbox ? (idle: number) => Math.floor(random() * idle) : undefined,
    );
  }

  /** Follows one upload that was just acknowledged, until its final event. */
  async follow(mediaId: string, { sizeBytes, processingSeconds }: SimulatedFile): Promise<Followed> {
    const { clock, pinterest, random, learning = true, sharing = true } = this.#options;
    const readyAt = clock.seconds + processingSeconds;
    pinterest.uploaded(mediaId, processingSeconds);
    const at = clock.date().toISOString();
    const recent = learning ? await this.#ofIngest.read() : [];
    let followed: FollowedUpload = {
      upload: {
        uploadId: mediaId,
        mediaId,
        timeline: { droppedAt: at, uploadedAt: at },
        object: { bucket: 'b', key: 'k', eTag: 'e', size: sizeBytes, metadata: {} },
      },
      polls: 0,
      waitSeconds: firstWaitSeconds(sizeBytes, recent, random()),
    };
    while (!followed.finalEvent) {
      await clock.sleep(followed.waitSeconds);
      followed = await this.pool.invoke(async (kept) => {
        if (clock.seconds - kept.tokenReadAt > TOKEN_KEPT_SECONDS) {
          this.secretReads++;
          kept.tokenReadAt = clock.seconds;
        }
        await clock.sleep(OVERHEAD_SECONDS);
        let processed: ProcessedFile | undefined;
        const polled = await pollMedia(followed, POLICY, {
          mediaStatus: (id, question) =>
            sharing
              ? kept.statuses.statusOf(id, question)
              : pinterest.mediaGet(id).then(({ status }) => ({ status, ageSeconds: 0 })),
          now: clock.date,
          random,
          onProcessed: (file) => {
            processed = file;
          },
        });
        if (processed) await kept.recentFiles.learn(processed);
        return polled;
      });
    }
    return { polls: followed.polls, lagSeconds: Math.max(0, clock.seconds - readyAt) };
  }
}

/** An SSM client with one parameter in memory. */
function simulatedParameter(): SSMClient {
  let value = NOTHING_LEARNED;
  const send = async ({ input }: { input: { Value?: string } }) => {
    if (input.Value !== undefined) value = input.Value;
    return { Parameter: { Value: value } };
  };
  return { send } as unknown as SSMClient;
}
