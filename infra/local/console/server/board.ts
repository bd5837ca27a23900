import { UPLOAD_LOG } from '../../../../shared/upload/upload-log.ts';
import { isLaterAttempt } from '../../../operations/later-attempt.ts';
import type { Observation } from '../../aws/observation.ts';
import type { StackRecords } from '../../aws/stack-records.ts';
import type { ExecutionRow } from '../../aws/step-functions/execution-table.ts';
import { isEnded, SHOWN, shownRows } from '../shared/shown-rows.ts';
import { uploadLogLine } from '../shared/upload-log-line.ts';
import type { Overview, UploadDetails, UploadRow } from '../shared/wire.ts';
import { KeptLog } from './kept-log.ts';
import { Throughput } from './throughput.ts';
import {
  afterDeath,
  afterLine,
  attemptOfDrop,
  attemptOfExecution,
  dropsIn,
  instant,
  type KnownAttempt,
  pinOf,
  rowOfDrop,
  rowOfExecution,
  rowsOfWaiting,
  sidecarOf,
} from './uploads.ts';

/** The stack's records that the board reads. */
export type UploadRecords = Pick<
  StackRecords,
  | 'waiting'
  | 'executions'
  | 'execution'
  | 'statesOf'
  | 'endings'
  | 'finalEventOf'
  | 'eventsOf'
  | 'deliveriesOf'
  | 'pinDueAt'
>;

/** What the stack's settings say about keys. */
export interface BoardKeys {
  /** @returns the account that a key belongs to; undefined when the stack has only one account */
  accountOf(key: string): string | undefined;
  /** False for keys that the settings exclude: they get no row. */
  isUploaded(key: string): boolean;
}

/**
 * The uploads that the page shows. The board reads them from the stack's records. Observations tell the board when to
 * read the records again. They also report what is not recorded: the progress of an upload before its execution starts.
 */
export class Board {
  readonly #records: UploadRecords;
  readonly #keys: BoardKeys;
  readonly #rows = new Map<string, UploadRow>();
  readonly #log = new KeptLog();
  readonly #throughput = new Throughput();
  readonly #watchers = new Set<(row: UploadRow) => void>();
  readonly #endings: { succeeded: number; failed: number };
  /** Above this number of rows, the oldest ended rows are dropped. */
  #tooMany = SHOWN.ended * 2;

  constructor(records: UploadRecords, keys: BoardKeys = { accountOf: () => undefined, isUploaded: () => true }) {
    this.#records = records;
    this.#keys = keys;
    this.#endings = records.endings();
    for (const execution of records.executions(SHOWN.ended)) {
      const row = this.#rowOf(execution);
      this.#rows.set(row.uploadId, row);
    }
    this.lookIntoQueue();
  }

  /** The rows of the page, newest first. */
  rows(): UploadRow[] {
    return shownRows(this.#rows.values());
  }

  counts(): Pick<Overview, 'succeeded' | 'failed' | 'underWay' | 'lastMinute'> {
    let underWay = 0;
    for (const row of this.#rows.values()) if (!isEnded(row)) underWay++;
    return { ...this.#endings, underWay, lastMinute: this.#throughput.lastMinute() };
  }

  /** @returns undefined if there is no such upload */
  details(uploadId: string): UploadDetails | undefined {
    const execution = this.#records.execution(uploadId);
    const row = this.#rows.get(uploadId) ?? (execution && this.#rowOf(execution));
    if (!row) return undefined;
    const attempts = this.#attempts([uploadId, ...this.#laterAt(row)]);
    const own = attempts.find((attempt) => attempt.uploadId === uploadId);
    const [retried] = attempts
      .filter((attempt) => own && isLaterAttempt(attempt, own))
      .sort((one, other) => (isLaterAttempt(one, other) ? -1 : 1));
    const event = this.#records.finalEventOf(uploadId);
    const events = this.#records.eventsOf(uploadId);
    const { lines: log, cut: logCut } = this.#log.of(uploadId);
    return {
      row,
      ...(own && { object: own.object }),
      ...(execution && { sidecar: sidecarOf(execution) }),
      ...(retried && { retriedAs: retried.uploadId }),
      states: this.#records.statesOf(uploadId),
      ...(event && { event }),
      otherEvents: events.filter(({ id }) => id !== event?.id),
      deliveries: events.flatMap(({ id }) => this.#records.deliveriesOf(id)),
      log,
      logCut,
    };
  }

  /** Calls the watcher for each new or changed row. @returns a function that stops the calls */
  watch(watcher: (row: UploadRow) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Adds the missing rows for messages in the queue: files dropped before the start, and new attempts. */
  lookIntoQueue(): void {
    for (const row of this.#records.waiting().flatMap(rowsOfWaiting)) this.#takeUp(row);
  }

  observe(observation: Observation): void {
    switch (observation.kind) {
      case 'put-notified':
        for (const drop of dropsIn(observation)) this.#takeUp(rowOfDrop(drop));
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
      case 'event-put':
        this.#eventPut(observation.envelope.detail);
        break;
      case 'function-died':
        // Wait one turn: the queue makes the messages wait again only after this observation.
        setImmediate(() => this.#died(observation.functionName, observation.why));
        break;
    }
  }

  /** Adds a row, from its execution if there is one: a drop with a repeated notification can have an old execution. */
  #takeUp(row: UploadRow): void {
    if (!this.#keys.isUploaded(row.key)) return;
    if (!this.#rows.has(row.uploadId) && !this.#lookAtExecution(row.uploadId)) this.#set(row);
  }

  #logged(functionName: string, text: string): void {
    const line = uploadLogLine(text);
    if (!line) return;
    const { uploadId } = line;
    this.#log.add(functionName, line);
    // If there is an execution, its record has more details than the line.
    const followed = this.#lookAtExecution(uploadId);
    if (!followed && !this.#rows.has(uploadId)) this.lookIntoQueue();
    const row = followed ?? this.#rows.get(uploadId);
    if (!row) return;
    if (line.message === UPLOAD_LOG.uploaded)
      this.#throughput.uploaded(row.sizeBytes, Date.parse(instant(line.timestamp)));
    if (!followed) this.#set(afterLine(row, line));
  }

  /** Updates the row of an event's upload. An event, such as one about a Pin, can follow the end of the upload. */
  #eventPut(detail: unknown): void {
    const { uploadId } = (detail ?? {}) as { uploadId?: unknown };
    if (typeof uploadId === 'string' && this.#rows.has(uploadId)) this.#lookAtExecution(uploadId);
  }

  /** Marks the uploads of a dead process: their messages wait again, and this function wrote their last log line. */
  #died(functionName: string, why: string): void {
    for (const again of this.#records.waiting().flatMap(rowsOfWaiting)) {
      const { uploadId, state } = again;
      if (state !== 'waiting' || this.#rows.get(uploadId)?.state === 'waiting') continue;
      const last = this.#log.of(uploadId).lines.at(-1)?.functionName ?? functionName;
      if (last === functionName && !this.#records.execution(uploadId)) this.#set(afterDeath(again, why));
    }
  }

  #lookAtExecution(name: string): UploadRow | undefined {
    const execution = this.#records.execution(name);
    const row = execution && this.#rowOf(execution);
    if (row) this.#set(row);
    return row;
  }

  #rowOf(execution: ExecutionRow): UploadRow {
    const row = rowOfExecution(execution);
    const { uploadId } = row;
    if (row.state !== 'succeeded') return row;
    return { ...row, ...pinOf(this.#records.eventsOf(uploadId), this.#records.pinDueAt(uploadId)) };
  }

  /** Ids of the uploads that can be later attempts of a failed upload: they have the same key and a later drop. */
  #laterAt({ key, state, timeline: { droppedAt } }: UploadRow): string[] {
    if (state !== 'failed') return [];
    const later = [...this.#rows.values()].filter((row) => row.key === key && row.timeline.droppedAt > droppedAt);
    return later.map(({ uploadId }) => uploadId);
  }

  /** Finds the object version of each upload. The queue is searched only for uploads without an execution. */
  #attempts(uploadIds: string[]): KnownAttempt[] {
    const executions = uploadIds.flatMap((uploadId) => this.#records.execution(uploadId) ?? []);
    const followed = executions.map(attemptOfExecution);
    const others = new Set(uploadIds).difference(new Set(followed.map(({ uploadId }) => uploadId)));
    if (others.size === 0) return followed;
    const queued = this.#records.waiting().flatMap(dropsIn);
    return [...followed, ...queued.filter(({ uploadId }) => others.has(uploadId)).map(attemptOfDrop)];
  }

  #ended(name: string): void {
    // The state machine of an example can use the same execution names.
    const before = this.#rows.get(name);
    if (before && isEnded(before)) return;
    const row = this.#lookAtExecution(name);
    if (!row || !isEnded(row)) return;
    this.#endings[row.state === 'succeeded' ? 'succeeded' : 'failed']++;
    this.#throughput.ended();
  }

  #set(changed: UploadRow): void {
    // The account of a drop without an execution is not recorded: its key decides.
    const row = { ...changed, account: changed.account ?? this.#keys.accountOf(changed.key) };
    this.#rows.set(row.uploadId, row);
    if (this.#rows.size > this.#tooMany) this.#dropOldest();
    for (const watcher of this.#watchers) watcher(row);
  }

  /** Drops the oldest ended rows, which stay in the records. Keeps the rows under way, because they are counted. */
  #dropOldest(): void {
    const shown = new Set(this.rows());
    for (const row of this.#rows.values()) if (isEnded(row) && !shown.has(row)) this.#rows.delete(row.uploadId);
    this.#tooMany = this.#rows.size + SHOWN.ended;
  }
}
