import { type Answer, refusal } from './answer.ts';
import type { SimulatedBoard } from './boards.ts';
import { answerPage } from './page.ts';
import type { Simulation } from './simulation.ts';

/** The board, if the account has it. */
export const boardOf = (boardId: unknown, account: string, { options }: Simulation): SimulatedBoard | undefined =>
  boardsOf(account, options.boards).find((board) => board.boardId === boardId);

const boardsOf = (account: string, boards: SimulatedBoard[]) =>
  boards.filter((board) => board.account === undefined || board.account === account);

export const boardNotFound = (): Answer => refusal(404, 40, 'Board not found.');

/** `GET /boards` */
export function listBoards(query: URLSearchParams, account: string, { options }: Simulation): Answer {
  const wire = ({ boardId: id, name, privacy = 'PUBLIC' }: SimulatedBoard) => ({
    id,
    name,
    description: null,
    privacy,
    owner: { username: account || 'simulated' },
    is_ads_only: false,
    pin_count: 0,
    follower_count: 0,
    collaborator_count: 0,
    created_at: '2026-01-01T00:00:00Z',
    board_pins_modified_at: '2026-01-01T00:00:00Z',
    media: { image_cover_url: null, pin_thumbnail_urls: [] },
  });
  return answerPage(query, boardsOf(account, options.boards), ({ boardId }) => boardId, wire);
}

/** `GET /boards/{board_id}/sections` */
export function listSections(boardId: string, query: URLSearchParams, account: string, simulation: Simulation): Answer {
  const board = boardOf(boardId, account, simulation);
  if (!board) return boardNotFound();
  const wire = ({ sectionId: id, name }: { sectionId: string; name: string }) => ({ id, name });
  return answerPage(query, board.sections ?? [], ({ sectionId }) => sectionId, wire);
}
