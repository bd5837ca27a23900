import type { Output } from '../../command.ts';
import { isConnectionRefused } from '../../connection-refused.ts';

export interface Finding {
  /** Name of the account that the finding is about, if there are several. */
  account?: string;
  about: string;
  /** `unknown`: the check has no result. It does not change the exit code. */
  well: boolean | 'unknown';
  found: string;
  /** What to do when `well` is not true. */
  fix?: string;
}

/** What a check found, without its name. */
export type Found = Omit<Finding, 'about'>;

const CREDENTIALS = 'check that your AWS credentials are allowed to read it';

export const print = (finding: Finding, output: Output) =>
  output.print(output.json ? JSON.stringify(finding) : line(finding));

const MARKS = { true: '✔', false: '✘', unknown: '?' };
const line = ({ about, well, found, fix }: Finding) =>
  `${MARKS[`${well}`]} ${about}: ${found}${well === true || fix === undefined ? '' : ` → ${fix}`}`;

/** Runs one check. An error becomes its finding, so that the other checks still run. */
export async function finding(about: string, look: () => Promise<Found>): Promise<Finding> {
  try {
    return { about, ...(await look()) };
  } catch (error) {
    if (isConnectionRefused(error)) throw error;
    return { about, well: false, found: (error as Error).message, fix: CREDENTIALS };
  }
}
