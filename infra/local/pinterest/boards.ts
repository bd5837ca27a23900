import type { Board, BoardSection } from '../../../shared/pinterest/boards.ts';

/** A board of the simulated Pinterest. */
export interface SimulatedBoard extends Board {
  sections?: BoardSection[];
  /** Name of the account that has the board; by default every account has it. */
  account?: string;
}

/** The boards of a simulator that was started without the option `boards`. */
export const DEFAULT_BOARDS: SimulatedBoard[] = [
  { boardId: '42', name: 'Spring', privacy: 'PUBLIC' },
  {
    boardId: '43',
    name: 'Recipes',
    privacy: 'PUBLIC',
    sections: [
      { sectionId: '431', name: 'Salads' },
      { sectionId: '432', name: 'Soups' },
    ],
  },
  { boardId: '44', name: 'Ideas', privacy: 'SECRET' },
];
