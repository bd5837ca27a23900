import type { Assembly } from '../harness/assembly.ts';
import type { ServerName } from './servers/start-servers.ts';

/** Output of `--json`: figures by name, nested to any depth. */
export interface Figures {
  [name: string]: number | string | boolean | Figures;
}

export interface Mark {
  /** Description of the figure, for people. */
  figure: string;
  value: number;
  atMost: number;
  unit?: string;
}

export interface Measured {
  /** The part's figures in the JSON file. */
  figures: Figures;
  /** The printed table: the heading row, then the other rows. */
  table: string[][];
  /** Targets, each with its measured value. */
  marks: Mark[];
  /** Explanations that a reader needs to judge the figures. */
  notes: string[];
}

export interface Circumstances {
  /** Each median is calculated from this many runs. The runs of the compared variants alternate. */
  runs: number;
  /** Size of the large file in the part `upload`, in MiB. */
  sizeMib: number;
  /** The server software that serves the object and receives the upload. */
  servers: ServerName;
  /** Synthesizes the stack, which contains the bundles. */
  assembly: () => Promise<Assembly>;
  /** Reports progress on stderr. */
  say: (line: string) => void;
}

/** One benchmark of the suite. */
export interface Part {
  name: string;
  /** Description for `--help`, in one line. */
  about: string;
  measure(circumstances: Circumstances): Promise<Measured>;
}
