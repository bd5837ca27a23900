import type { DroppedObject, Sidecar } from '../events/events.ts';
import { describePin, type PinDescription } from './describe-pin.ts';
import { defaultSources, type PinDefaults } from './pin-defaults.ts';
import type { PinSource } from './pin-source.ts';

/** The parts of an upload that describe its Pin. */
export interface DescribedUpload {
  object: Pick<DroppedObject, 'key' | 'metadata'>;
  sidecar?: Sidecar;
  /** Name of the account, with several accounts. */
  account?: string;
}

/**
 * The Pin of an upload: by its sidecar, then by the object's metadata, then by the setting `pinDefaults`. It makes no
 * request: whether the board exists and whether the cover image is usable is not known.
 * @returns the valid fields, and one sentence for each mistake
 */
export function describedPin(
  { object: { key, metadata }, sidecar, account }: DescribedUpload,
  defaults: PinDefaults,
  now: Date,
): { pin: PinDescription; problems: string[] } {
  const sources: PinSource[] = [
    { owner: "The sidecar's", values: sidecar ?? {}, names: 'typos' },
    { owner: "The metadata's", values: metadata, names: 'lenient' },
    ...defaultSources(defaults, { key, account }),
  ];
  const { pin, problems, namesBoard } = describePin(sources, now);
  return namesBoard ? { pin, problems } : { pin, problems: [NO_BOARD, ...problems] };
}

const NO_BOARD = 'No board is named: add "board", a name or an id, to the sidecar, the metadata or pinDefaults.';
