import { dropsOf } from '../../../shared/drop.ts';
import type { Observation } from '../observation.ts';
import type { StackRecords } from '../stack-records.ts';
import { uploadLogLine } from '../upload-log-line.ts';
import { KeptLog } from './kept-log.ts';
import { Throughput } from './throughput.ts';
import { afterDeath, afterLine, rowOfDrop, rowOfExecution, rowsOfWaiting } from './uploads.ts';
import type { Overview, UploadDetails, UploadRow } from './wire.ts';

/** Rows that the page is given at most: the newest. */
const SHOWN_ROWS = 1000;

const isEnded = (state: UploadRow['state'] | undefined) => state === 'succeeded' || state === 'failed';

/** What the board reads of the stack's records. */
export type UploadRecords = Pick<
  StackRecords,
  'waiting' | 'executions' | 'execution' | 'statesOf' | 'endings' | 'finalEventOf' | 'deliveriesOf'
>;

/**
 * The uploads as the page shows them. What there is comes from the stack's records; what is observed only says when to
 * look there again, and tells what the records cannot know: how far an upload is before an execution follows it.
 */
export class Board {
  readonly #records: UploadRecords;
  readonly #rows = new Map<string, UploadRow>();
  readonly #log = new KeptLog();
  readonly #throughput = new Throughput();
  readonly #watchers = new Set<(row: UploadRow) => void>();
  readonly #endings: { succeeded: number; failed: number };
  /** Rows at which the oldest are let go. */
  #tooMany = SHOWN_ROWS * 2;

  constructor(records: UploadRecords) {
    this.#records = records;
    this.#endings = records.endings();
    for (const execution of records.executions(SHOWN_ROWS).reverse()) {
      const row = rowOfExecution(execution);
      this.#rows.set(row.uploadId, row);
    }
    this.lookIntoQueue();
  }

  /** The newest, newest first. */
  rows(): UploadRow[] {
    return this.#sorted().slice(0, SHOWN_ROWS);
  }

  counts(): Pick<Overview, 'succeeded' | 'failed' | 'underWay' | 'lastMinute'> {
    let underWay = 0;
    for (const { state } of this.#rows.values()) if (!isEnded(state)) underWay++;
    return { ...this.#endings, underWay, lastMinute: this.#throughput.lastMinute() };
  }

  /** @returns undefined when there is no such upload */
  details(uploadId: string): UploadDetails | undefined {
    const execution = this.#records.execution(uploadId);
    const row = this.#rows.get(uploadId) ?? (execution && rowOfExecution(execution));
    if (!row) return undefined;
    const event = this.#records.finalEventOf(uploadId);
    const { lines: log, cut: logCut } = this.#log.of(uploadId);
    const states = this.#records.statesOf(uploadId);
    const deliveries = event ? this.#records.deliveriesOf(event.id) : [];
    return { row, states, log, logCut, deliveries, ...(event === undefined ? {} : { event }) };
  }

  /** Calls back for each row that is new or has changed. @returns what ends it */
  watch(watcher: (row: UploadRow) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Takes up what waits in the queue and is not known: what was dropped before the start, and new attempts. */
  lookIntoQueue(): void {
    for (const message of this.#records.waiting()) {
      for (const row of rowsOfWaitingSafely(message)) {
        if (!this.#rows.has(row.uploadId)) this.#set(row);
      }
    }
  }

  observe(observation: Observation): void {
    switch (observation.kind) {
      case 'put-notified':
        for (const drop of dropsOf(observation.body)) if (!this.#rows.has(drop.uploadId)) this.#set(rowOfDrop(drop));
        break;
      case 'function-log':
        this.#logged(observation.functionName, observation.line);
        break;
      case 'state-entered':
        this.#lookAtExecution(observation.executionName);
        break;
      case 'execution-ended':
        this.#ended(observation.executionName);
        break;
      case 'function-died':
        // Only then is it noted that its messages wait.
        setImmediate(() => this.#died(observation.functionName, observation.why));
        break;
    }
  }

  #sorted(): UploadRow[] {
    return [...this.#rows.values()].sort((a, b) => b.timeline.droppedAt.localeCompare(a.timeline.droppedAt));
  }

  #logged(functionName: string, text: string): void {
    const line = uploadLogLine(text);
    if (!line) return;
    this.#log.add(functionName, line);
    if (!this.#rows.has(line.uploadId)) this.lookIntoQueue();
    const before = this.#rows.get(line.uploadId);
    if (!before) return;
    // Once an execution follows it, that one knows better; the page still wants to hear of the line.
    const row = this.#records.execution(line.uploadId) ? before : afterLine(before, line);
    if (row.timeline.uploadedAt && !before.timeline.uploadedAt) this.#throughput.uploaded(row.sizeBytes);
    this.#set(row);
  }

  /** What the queue holds back now and a process of that function logged of last is what the dead one had. */
  #died(functionName: string, why: string): void {
    for (const message of this.#records.waiting()) {
      if (message.inFlight !== 'on purpose') continue;
      for (const again of rowsOfWaitingSafely(message)) {
        const { uploadId } = again;
        const before = this.#rows.get(uploadId);
        const [last = functionName] = this.#log
          .of(uploadId)
          .lines.map((line) => line.functionName)
          .slice(-1);
        if (before?.state === 'waiting' || last !== functionName || this.#records.execution(uploadId)) continue;
        this.#set(afterDeath(again, why));
      }
    }
  }

  #lookAtExecution(name: string): UploadRow | undefined {
    const execution = this.#records.execution(name);
    const row = execution && rowOfExecution(execution);
    if (row) this.#set(row);
    return row;
  }

  #ended(name: string): void {
    // An example's machine may give its executions the names of ours.
    if (isEnded(this.#rows.get(name)?.state)) return;
    const row = this.#lookAtExecution(name);
    if (!row || !isEnded(row.state)) return;
    this.#endings[row.state === 'succeeded' ? 'succeeded' : 'failed']++;
    this.#throughput.ended();
  }

  #set(row: UploadRow): void {
    this.#rows.set(row.uploadId, row);
    if (this.#rows.size > this.#tooMany) this.#letOldestGo();
    for (const watcher of this.#watchers) watcher(row);
  }

  /** What has ended long ago is in the records still. */
  #letOldestGo(): void {
    for (const { uploadId, state } of this.#sorted().slice(SHOWN_ROWS)) {
      if (isEnded(state)) this.#rows.delete(uploadId);
    }
    this.#tooMany = this.#rows.size + SHOWN_ROWS;
  }
}

/** A message that is no notification is the functions' to complain about. */
function rowsOfWaitingSafely(message: ReturnType<UploadRecords['waiting']>[number]): UploadRow[] {
  try {
    return rowsOfWaiting(message);
  } catch {
    return [];
  }
}
