import type { PinterestClient } from '../../../shared/pinterest/pinterest-client.ts';
import { findNamed, type Named } from './find-named.ts';

/** How long a list of boards or sections is used. */
const KEPT_MS = 5 * 60 * 1000;
/** An unknown name may be new, so it is looked up again when the list is older than this. */
const FRESH_MS = 20_000;

type Found = { id: string } | { problem: string };

/** The boards of one Pinterest account, kept for some minutes. */
export interface AccountBoards {
  /**
   * Finds a board by its name or id.
   * @returns its id, or a sentence that says why it has no id
   * @throws PinterestError
   */
  board(wanted: string): Promise<Found>;
  /** Finds a section of a board by its name or id. */
  section(boardId: string, wanted: string): Promise<Found>;
}

/** @param account name of the account, for the sentences; undefined when there is only one */
export function accountBoards(
  pinterest: Pick<PinterestClient, 'boardsListAll' | 'boardSectionsListAll'>,
  account?: string,
  now: () => number = Date.now,
): AccountBoards {
  const kept = new Map<string, { items: Named[]; at: number }>();
  const listed = async (key: string, read: () => Promise<Named[]>, maxAgeMs: number) => {
    const before = kept.get(key);
    if (before && now() - before.at < maxAgeMs) return before.items;
    const items = await read();
    kept.set(key, { items, at: now() });
    return items;
  };
  const find = async (key: string, read: () => Promise<Named[]>, choose: (items: Named[]) => Found) => {
    const found = choose(await listed(key, read, KEPT_MS));
    return 'id' in found ? found : choose(await listed(key, read, FRESH_MS));
  };
  const where = account === undefined ? 'in the Pinterest account' : `in the Pinterest account ${account}`;
  const boards = async () =>
    (await Array.fromAsync(pinterest.boardsListAll())).map(({ boardId: id, name }) => ({ id, name }));
  return {
    board: (wanted) => find('boards', boards, (items) => findNamed(wanted, items, { kind: 'board', where })),
    section(boardId, wanted) {
      const sections = async () =>
        (await Array.fromAsync(pinterest.boardSectionsListAll(boardId))).map(({ sectionId: id, name }) => ({
          id,
          name,
        }));
      const onBoard = `on the board ${boardId}`;
      return find(boardId, sections, (items) => findNamed(wanted, items, { kind: 'section', where: onBoard }));
    },
  };
}
