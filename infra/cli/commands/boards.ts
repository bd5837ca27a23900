import pMap from 'p-map';
import type { Board, BoardSection } from '../../../shared/pinterest/boards.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { PIN_SCOPES } from '../../../shared/pinterest/scopes.ts';
import { accountNames, requireKnownAccount } from '../../operations/accounts.ts';
import { OperationError } from '../../operations/operation-error.ts';
import { pinterestOf } from '../../operations/pinterest-of-stack.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import type { ExitCode, Output } from '../command.ts';
import { hint } from '../hint.ts';
import { tableLines } from '../table.ts';

/** Requests for the sections of boards at the same time. */
const AT_ONCE = 5;

/** @see docs/pins.md */
interface ListedBoard {
  /** Absent when the stack has only one account. */
  account?: string;
  id: string;
  name: string;
  privacy?: Board['privacy'];
  /** Absent when the sections were not asked for. */
  sections?: { id: string; name: string }[];
}

interface Asked {
  /** Lists only the boards of this account. */
  account?: string;
  /** False to save one request for each board. */
  sections: boolean;
}

/**
 * Lists the boards that the stack's tokens can see.
 * @throws AccountError when the stack has no such account
 * @throws OperationError when a token lacks a scope
 */
export async function boards({ account, sections }: Asked, ports: StackPorts, output: Output): Promise<ExitCode> {
  const names = accountNames(ports);
  requireKnownAccount(account, names);
  const asked = account !== undefined ? [account] : names.length > 0 ? names : [undefined];
  const listed: ListedBoard[] = [];
  for (const name of asked) listed.push(...(await boardsOf(name, sections, ports)));
  if (output.json) for (const board of listed) output.print(JSON.stringify(board));
  else if (listed.length === 0) output.say('There are no boards.');
  else for (const line of tableLines(...table(listed, names.length > 0, sections))) output.print(line);
  return 0;
}

async function boardsOf(account: string | undefined, withSections: boolean, ports: StackPorts): Promise<ListedBoard[]> {
  const pinterest = pinterestOf(ports, account);
  try {
    const all = await Array.fromAsync(pinterest.boardsListAll());
    return await pMap(
      all,
      async ({ boardId: id, name, privacy }) => {
        const sections = withSections ? await Array.fromAsync(pinterest.boardSectionsListAll(id)) : undefined;
        return { account, id, name, privacy, sections: sections?.map(listedSection) };
      },
      { concurrency: AT_ONCE },
    );
  } catch (error) {
    if (!(error instanceof PinterestError && error.scopeMissing)) throw error;
    const options = `${account === undefined ? '' : ` --account ${account}`} --scopes ${PIN_SCOPES.join(',')}`;
    throw new OperationError(
      `The access token lacks the scope boards:read. Sign in again with ${hint(`auth${options}`, ports)}. ${error.message}`,
      { cause: error },
    );
  }
}

const listedSection = ({ sectionId: id, name }: BoardSection) => ({ id, name });

type Column = [title: string, cell: (board: ListedBoard) => string | undefined];

const ACCOUNT: Column = ['account', ({ account }) => account];
const COLUMNS: Column[] = [
  ['board', ({ id }) => id],
  ['name', ({ name }) => name],
  ['privacy', ({ privacy }) => privacy?.toLowerCase()],
];
const SECTIONS: Column = [
  'sections',
  ({ sections = [] }) => sections.map(({ id, name }) => `${name} (${id})`).join(', '),
];

function table(listed: ListedBoard[], hasAccounts: boolean, hasSections: boolean): [head: string[], rows: string[][]] {
  const columns = [...(hasAccounts ? [ACCOUNT] : []), ...COLUMNS, ...(hasSections ? [SECTIONS] : [])];
  return [columns.map(([title]) => title), listed.map((board) => columns.map(([, cell]) => cell(board) || '–'))];
}
