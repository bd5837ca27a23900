import { type Answer, refusal } from './answer.ts';

/**
 * Answers with one page of a list. The bookmark is the id of the page's last item.
 * @param query `page_size`, 1 to 250, and `bookmark`
 * @see Pinterest OpenAPI 5.23.0, parameters page_size and bookmark
 */
export function answerPage<Item>(
  query: URLSearchParams,
  items: Item[],
  idOf: (item: Item) => string,
  wire: (item: Item) => unknown,
): Answer {
  const pageSize = Number(query.get('page_size') ?? 25);
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 250)
    return refusal(400, 1, 'Invalid request: page_size must be from 1 to 250.');
  const bookmark = query.get('bookmark');
  const from = bookmark === null ? 0 : items.findIndex((item) => idOf(item) === bookmark) + 1;
  const page = items.slice(from, from + pageSize);
  const last = page.at(-1);
  const more = last !== undefined && items.length > from + pageSize;
  return { status: 200, body: { items: page.map(wire), bookmark: more ? idOf(last) : null } };
}
