/**
 * Replaces the children of an element, and restores scroll positions and the keyboard focus. Elements with the same
 * `data-keep` count as the same element.
 * @param onFocusLost called when the element that had the focus no longer exists
 */
export function redraw(root: HTMLElement, children: Iterable<HTMLElement>, onFocusLost: () => void): void {
  const kept = () => [...root.querySelectorAll<HTMLElement>('[data-keep]')];
  const scrolled = new Map(
    kept().map(({ dataset, scrollTop, scrollLeft }) => [dataset['keep'], [scrollTop, scrollLeft]]),
  );
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  const name = focused?.getAttribute('data-keep');
  root.replaceChildren(...children);
  for (const part of kept()) {
    const [top = 0, left = 0] = scrolled.get(part.dataset['keep']) ?? [];
    part.scrollTo({ top, left });
  }
  if (!focused) return;
  const again = kept().find(({ dataset }) => dataset['keep'] === name);
  if (again) again.focus({ preventScroll: true });
  else onFocusLost();
}
