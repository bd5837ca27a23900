let ahead = 0;

/** Epoch ms by the clock of npm start: countdowns are right even if the clock of the browser is not. */
export const now = () => Date.now() + ahead;

export function setClock(serverNow: number): void {
  ahead = serverNow - Date.now();
}
