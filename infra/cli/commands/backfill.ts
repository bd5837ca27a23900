import cliProgress from 'cli-progress';
import {
  type BackfillCounts,
  type BackfillOptions,
  backfill as backfillObjects,
  countObjects,
  type SkipReason,
} from '../../operations/backfill/backfill.ts';
import { OperationError } from '../../operations/operation-error.ts';
import { parseS3Prefix } from '../../operations/s3-url.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import type { ExitCode, Output } from '../command.ts';
import { hint } from '../hint.ts';

export interface BackfillCommandOptions {
  since?: Date;
  dryRun: boolean;
}

/** How the summary explains each reason. */
const REASONS: Record<SkipReason, string> = {
  older: 'last modified before --since',
  folder: 'folders',
  companion: 'sidecars and covers',
  ignored: 'excluded by the settings prefix, suffixes and accounts',
  followed: 'with an execution: uploaded, in progress, or failed',
  archived: 'archived: restore them first',
  tagged: 'tagged pindrop=succeeded',
  deleted: 'deleted in the meantime',
};

/** Without a terminal, a line of progress is written each time that this many more keys were examined. */
const KEYS_PER_LINE = 1000;

/** @param url `s3://bucket/prefix` */
export async function backfill(
  url: string,
  { since, dryRun }: BackfillCommandOptions,
  ports: StackPorts,
  output: Output,
): Promise<ExitCode> {
  const objects = parseS3Prefix(url);
  const progress = output.terminal
    ? progressBar(await countObjects(objects, ports), output.terminal)
    : progressLines(output);
  try {
    const counts = await backfillObjects(
      {
        ...objects,
        since,
        dryRun,
        onSent: output.json ? (sent) => output.print(JSON.stringify(sent)) : undefined,
        ...progress,
      },
      ports,
    );
    progress.end();
    summarize(counts, { url, dryRun }, ports, output);
  } catch (error) {
    progress.end();
    if (!(error instanceof OperationError)) output.say('Interrupted. Run the same command again: it continues.');
    throw error;
  }
  return 0;
}

type Progress = Required<Pick<BackfillOptions, 'onProgress' | 'onWait'>> & { end(): void };

const waiting = (depth: number) => `waiting: ${depth} in the queue`;

function progressBar(total: number, stream: NodeJS.WriteStream): Progress {
  const bar = new cliProgress.SingleBar(
    { stream, format: '{bar} {value}/{total} examined, {sent} sent {note}', hideCursor: true, clearOnComplete: true },
    cliProgress.Presets.rect,
  );
  bar.start(total, 0, { sent: 0, note: '' });
  return {
    onProgress: ({ found, sent }) => bar.update(Math.min(found, total), { sent, note: '' }),
    onWait: (depth) => bar.update({ note: `(${waiting(depth)})` }),
    end: () => bar.stop(),
  };
}

function progressLines({ say }: Output): Progress {
  let next = KEYS_PER_LINE;
  let isWaiting = false;
  return {
    onProgress({ found, sent }) {
      isWaiting = false;
      if (found < next) return;
      next = found + KEYS_PER_LINE;
      say(`${found} examined, ${sent} sent`);
    },
    onWait(depth) {
      if (!isWaiting) say(waiting(depth));
      isWaiting = true;
    },
    end() {},
  };
}

function summarize(
  counts: BackfillCounts,
  { url, dryRun }: { url: string; dryRun: boolean },
  ports: StackPorts,
  output: Output,
): void {
  const { found, skipped, sent } = counts;
  if (output.json) {
    output.print(JSON.stringify({ found, skipped, [dryRun ? 'wouldSend' : 'sent']: sent }));
    return;
  }
  output.print(`${found} found: the current objects of ${url}`);
  for (const [reason, words] of Object.entries(REASONS)) {
    const count = skipped[reason as SkipReason];
    if (count !== undefined) output.print(`${count} skipped: ${words}`);
  }
  output.print(dryRun ? `${sent} would be sent to the queue` : `${sent} sent to the queue`);
  if (sent > 0 && !dryRun) output.say(`To follow the progress, run ${hint('watch', ports)} or ${hint('list', ports)}.`);
}
