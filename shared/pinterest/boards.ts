import * as z from 'zod/mini';
import { bookmark, id, items, lenient, text } from './lenient.ts';

/** A board of the account, or a group board that the account collaborates on. */
export interface Board {
  boardId: string;
  name: string;
  /** A later version of the API may add values. */
  privacy?: 'PUBLIC' | 'PROTECTED' | 'SECRET' | (string & {});
}

export interface BoardSection {
  sectionId: string;
  name: string;
}

export interface BoardPage {
  items: Board[];
  /** Cursor of the next page; absent on the last page. */
  bookmark?: string;
}

export interface BoardSectionPage {
  items: BoardSection[];
  /** Cursor of the next page; absent on the last page. */
  bookmark?: string;
}

/** @see Pinterest OpenAPI 5.23.0, schema Board */
const boardSchema = z.object({ id, name: text, privacy: lenient(text) });

/** The schema requires only the name. A section without an id cannot be used, so it is left out. */
const sectionSchema = z.object({ id, name: text });

export const boardPageSchema = z.object({ items: items(boardSchema), bookmark });
export const boardSectionPageSchema = z.object({ items: items(sectionSchema), bookmark });

export const boardOf = ({ id: boardId, name, privacy }: z.infer<typeof boardSchema>): Board => ({
  boardId,
  name,
  privacy: privacy || undefined,
});

export const boardSectionOf = ({ id: sectionId, name }: z.infer<typeof sectionSchema>): BoardSection => ({
  sectionId,
  name,
});
