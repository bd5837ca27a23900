import { KEY_HEADER, KEY_PARAMETER } from '../shared/key-names.ts';

/**
 * Takes the console's key from the address that npm start prints. The key is in the fragment, which browsers never send
 * to a server. The key is stored for this tab and this port: a cookie would be sent to every port of the machine.
 */
function takeKey(): boolean {
  const key = new URLSearchParams(location.hash.slice(1)).get(KEY_PARAMETER);
  if (key === null) return false;
  sessionStorage.setItem(KEY_PARAMETER, key);
  history.replaceState(null, '', location.pathname);
  return true;
}

takeKey();
// An address that differs only in its fragment does not reload the page: reload it when the fragment has a new key.
addEventListener('hashchange', () => {
  if (takeKey()) location.reload();
});

const key = () => sessionStorage.getItem(KEY_PARAMETER) ?? '';

export const keyHeaders = (): Record<string, string> => ({ [KEY_HEADER]: key() });

export const withKey = (path: string): string => `${path}?${new URLSearchParams({ [KEY_PARAMETER]: key() })}`;
