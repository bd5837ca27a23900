let ahead = 0;

/** Epoch ms by the clock of npm start, so that countdowns are right even if the browser's clock is wrong. */
export const now = () => Date.now() + ahead;

export function setClock(serverNow: number): void {
  ahead = serverNow - Date.now();
}
