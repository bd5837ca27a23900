import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { AwsService } from '../aws-json.ts';
import type { EventEnvelope, Observe } from '../observation.ts';
import type { EventDeliveries } from './event-deliveries.ts';

export interface EventEntry {
  EventBusName?: string;
  Source?: string;
  DetailType?: string;
  /** JSON */
  Detail?: string;
  Resources?: string[];
  /** Seconds since 1970 (the SDK's format for dates), or ISO 8601. */
  Time?: string | number;
}

type EntryResult = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

export interface EventBuses {
  service: AwsService;
  /**
   * Puts an event.
   * @param origin identifies the source of the event. A second put with the same origin adds no event
   */
  put(entry: EventEntry, origin?: string): EntryResult;
  /** Delivers the stored events that the previous process did not deliver because it was killed. */
  recover(): void;
}

/** The event bus that AWS services put their events on. */
export interface DefaultBus {
  /**
   * Puts an event of an AWS service on the bus.
   * @returns the event, and the number of rule targets that get it; undefined when an event of this origin was put before
   */
  put(entry: EventEntry, origin: string): { envelope: EventEnvelope; targets: number | undefined };
}

/** EventBridge's event buses: the default bus, and custom ones. A bus first stores an event and then delivers it to the targets of the rules. */
export function localEventBuses(
  database: DatabaseSync,
  { names: customNames, region, account }: { names: string[]; region: string; account: string },
  deliveries: EventDeliveries,
  observe: Observe,
): { buses: EventBuses; defaultBus: DefaultBus } {
  const names = [DEFAULT_BUS, ...customNames];
  const deliver = (id: string, envelope: EventEnvelope) => {
    if (!isOfService(envelope.source)) observe({ kind: 'event-put', envelope });
    database.prepare('UPDATE events SET delivered = 1 WHERE id = ?').run(id);
    deliveries.start(id);
  };
  /**
   * Stores an event and its planned deliveries in one transaction.
   * @returns the number of deliveries; undefined when the event was already stored
   */
  const keep = (envelope: EventEnvelope, origin: string, bus: string) => {
    database.exec('BEGIN');
    try {
      const { changes } = database
        .prepare('INSERT OR IGNORE INTO events (id, origin, bus, envelope) VALUES (?, ?, ?, ?)')
        .run(envelope.id, origin, bus, JSON.stringify(envelope));
      const planned = changes > 0 ? deliveries.plan(envelope, bus) : undefined;
      database.exec('COMMIT');
      return planned;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  };
  const store = (entry: EventEntry, origin: string) => {
    const envelope: EventEnvelope = {
      version: '0',
      id: randomUUID(),
      'detail-type': entry.DetailType ?? '',
      source: entry.Source ?? '',
      account,
      time: timeOf(entry)?.toISOString().replace(/\.\d+/, '') ?? '',
      region,
      resources: entry.Resources ?? [],
      detail: JSON.parse(entry.Detail ?? '{}'),
    };
    const planned = keep(envelope, origin, busName(entry));
    if (planned !== undefined) deliver(envelope.id, envelope);
    return { envelope, targets: planned };
  };
  const put: EventBuses['put'] = (entry, origin = randomUUID()) => {
    const refused = refusal(entry, names);
    if (refused) {
      if ('ErrorCode' in refused) observe({ kind: 'event-refused', code: refused.ErrorCode });
      return refused;
    }
    return { EventId: store(entry, origin).envelope.id };
  };
  const buses: EventBuses = {
    put,
    service: {
      PutEvents({ Entries }: { Entries: EventEntry[] }) {
        const results = Entries.map((entry) => (isOfService(entry.Source ?? '') ? NOT_AUTHORIZED : put(entry)));
        return { Entries: results, FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length };
      },
    },
    recover() {
      const rows = database.prepare('SELECT id, envelope FROM events WHERE delivered = 0').all();
      for (const { id, envelope } of rows) deliver(String(id), JSON.parse(String(envelope)));
    },
  };
  return { buses, defaultBus: { put: store } };
}

const DEFAULT_BUS = 'default';

/** Only AWS itself can put events with such a source. */
const isOfService = (source: string) => source.startsWith('aws.');

const NOT_AUTHORIZED: EntryResult = {
  ErrorCode: 'NotAuthorizedForSourceException',
  ErrorMessage: 'Not authorized for the source.',
};

const ISO_8601 = /^\d{4}-\d\d-\d\dT/;

/** EventBusName is a name or an ARN. */
const busName = ({ EventBusName = DEFAULT_BUS }: EventEntry) => EventBusName.split('/').at(-1) ?? '';

/** @returns the current time when the entry has no Time; undefined when the entry's Time is invalid */
function timeOf({ Time = Date.now() / 1000 }: EventEntry): Date | undefined {
  if (typeof Time === 'string' && !ISO_8601.test(Time)) return undefined;
  const time = new Date(typeof Time === 'number' ? Time * 1000 : Time);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function refusal(entry: EventEntry, names: string[]): EntryResult | undefined {
  if (!names.includes(busName(entry))) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: `Event bus ${entry.EventBusName} does not exist.` };
  }
  if (!entry.Source || !entry.DetailType) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Source and DetailType are required.' };
  }
  if (timeOf(entry) === undefined) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: `Time is not a time: ${entry.Time}` };
  }
  try {
    JSON.parse(entry.Detail ?? '');
    return undefined;
  } catch {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
}
