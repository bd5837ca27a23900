import { KEY_HEADER, KEY_PARAMETER } from '../shared/key-names.ts';

/**
 * The console's key comes in the fragment of the address that npm start prints: browsers send a fragment to nobody. It is
 * kept for this tab and this port; a cookie would go to every port of the machine.
 */
function takeKey(): boolean {
  const key = new URLSearchParams(location.hash.slice(1)).get(KEY_PARAMETER);
  if (key === null) return false;
  sessionStorage.setItem(KEY_PARAMETER, key);
  history.replaceState(null, '', location.pathname);
  return true;
}

takeKey();
// The address of another start, opened in this tab, does not load the page again by itself.
addEventListener('hashchange', () => {
  if (takeKey()) location.reload();
});

const key = () => sessionStorage.getItem(KEY_PARAMETER) ?? '';

export const keyHeaders = (): Record<string, string> => ({ [KEY_HEADER]: key() });

export const withKey = (path: string): string => `${path}?${new URLSearchParams({ [KEY_PARAMETER]: key() })}`;
