import type { Assembly } from '../harness/assembly.ts';
import type { ServerName } from './servers/start-servers.ts';

/** What `--json` writes: figures by name, in as many levels as they need. */
export interface Figures {
  [name: string]: number | string | boolean | Figures;
}

export interface Mark {
  /** What was measured, in a person's words. */
  figure: string;
  value: number;
  atMost: number;
  unit?: string;
}

export interface Measured {
  /** For programs, below the part's name. */
  figures: Figures;
  /** For people: a heading and its cells, then the rows. */
  table: string[][];
  /** What was aimed at, and what came out. */
  marks: Mark[];
  /** What a reader must know to judge the figures. */
  notes: string[];
}

export interface Circumstances {
  /** Interleaved runs that each median is of. */
  runs: number;
  /** The large file of the part `upload`, in MiB. */
  sizeMib: number;
  /** What serves the object and takes the upload. */
  servers: ServerName;
  /** The synthesized stack, for its bundles. */
  assembly: () => Promise<Assembly>;
  /** Tells what is being done, on stderr. */
  say: (line: string) => void;
}

/** Something that the bench measures. */
export interface Part {
  name: string;
  /** One line for `--help`. */
  about: string;
  measure(circumstances: Circumstances): Promise<Measured>;
}
