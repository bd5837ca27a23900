/** Exit codes: 0 done or all is well, 1 not, 2 wrong usage, 130 ended by Ctrl+C. */
export type ExitCode = 0 | 1 | 2 | 130;

/** What a command writes: results to stdout, everything else to stderr. Each call writes one line. */
export interface Output {
  /** True when the results are for a program: one JSON value on each line. */
  json: boolean;
  print(line: string): void;
  say(line: string): void;
}
