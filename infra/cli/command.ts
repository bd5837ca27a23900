/** Exit codes: 0 success, 1 failure or problems found, 2 wrong usage, 130 ended by Ctrl+C. */
export type ExitCode = 0 | 1 | 2 | 130;

/**
 * The output of a command: `print` writes results to stdout, `say` writes everything else to stderr. Each call writes
 * one line.
 */
export interface Output {
  /** True when a program reads the results: each line is one JSON value. */
  json: boolean;
  /** stderr, when it is a terminal. For progress bars. */
  terminal?: NodeJS.WriteStream;
  print(line: string): void;
  say(line: string): void;
}
