import { describe, expect, it, onTestFinished } from 'vitest';
import { accountBoards } from '../../../../functions/examples/publish-pin/account-boards.ts';
import type { SimulatedBoard } from '../../../../infra/local/pinterest/boards.ts';
import { startPinterestSimulator } from '../../../../infra/local/pinterest/simulator.ts';
import { PinterestClient } from '../../../../shared/pinterest/pinterest-client.ts';

async function simulated(boards: SimulatedBoard[]) {
  const simulator = await startPinterestSimulator({ boards });
  onTestFinished(() => simulator.close());
  const client = new PinterestClient({ apiUrl: simulator.url, accessToken: async () => simulator.accessToken });
  let clock = 0;
  const found = accountBoards(client, 'brand', () => clock);
  const count = (operation: string) => simulator.requests.filter((each) => each.operation === operation).length;
  return { simulator, found, count, pass: (seconds: number) => (clock += seconds * 1000) };
}

describe('the boards of an account', () => {
  it('are read page by page, and kept for five minutes', async () => {
    const many = Array.from({ length: 260 }, (_, index) => ({
      boardId: String(index + 1),
      name: `Board ${index + 1}`,
    }));
    const { found, count, pass } = await simulated(many);
    expect(await found.board('board 259')).toEqual({ id: '259' });
    expect(count('boards_list')).toBe(2);
    pass(299);
    expect(await found.board('Board 3')).toEqual({ id: '3' });
    expect(count('boards_list')).toBe(2);
    pass(1);
    expect(await found.board('Board 3')).toEqual({ id: '3' });
    expect(count('boards_list')).toBe(4);
  });

  it('are read again for a name that is new, but not for each unknown name', async () => {
    const boards = [{ boardId: '1', name: 'Spring' }];
    const { found, count, pass } = await simulated(boards);
    expect(await found.board('Spring')).toEqual({ id: '1' });
    boards.push({ boardId: '2', name: 'Summer' });
    for (let turn = 0; turn < 3; turn++) expect(await found.board('Summer')).toHaveProperty('problem');
    expect(count('boards_list')).toBe(1);
    pass(20);
    expect(await found.board('Summer')).toEqual({ id: '2' });
    expect(count('boards_list')).toBe(2);
  });

  it('have sections, which are kept for each board', async () => {
    const section = (sectionId: string) => [{ sectionId, name: 'Salads' }];
    const { found, count } = await simulated([
      { boardId: '1', name: 'Spring', sections: section('11') },
      { boardId: '2', name: 'Summer', sections: section('21') },
    ]);
    for (let turn = 0; turn < 2; turn++) {
      expect(await found.section('1', 'salads')).toEqual({ id: '11' });
      expect(await found.section('2', 'salads')).toEqual({ id: '21' });
    }
    expect(count('board_sections_list')).toBe(2);
    expect(await found.section('1', 'Soups')).toEqual({
      problem: 'There is no section "Soups" on the board 1: there are "Salads".',
    });
  });

  it('are named with their account', async () => {
    const { found } = await simulated([]);
    expect(await found.board('Spring')).toEqual({
      problem: 'There is no board "Spring": there are no boards in the Pinterest account brand.',
    });
  });
});
