/** @returns such as `40 ms`, `1.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 0.995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return parts(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.floor(whole / 60);
  if (minutes < 48 * 60) return parts(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  return parts(Math.floor(minutes / 1440), 'd', Math.floor((minutes % 1440) / 60), 'h');
}

const parts = (large: number, unit: string, small: number, smallUnit: string) =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;

/** @returns such as `just now` or `5 min ago` */
export function ago(milliseconds: number): string {
  if (milliseconds < 10_000) return 'just now';
  const [rough] = /^\d+ \w+/.exec(duration(milliseconds)) ?? [];
  return `${rough} ago`;
}

/** @returns the time until an instant, such as `in 5 s` or `in 3 min 20 s`; `now` when the instant has passed */
export function until(instant: number, now: number): string {
  const left = Math.ceil((instant - now) / 1000);
  return left <= 0 ? 'now' : `in ${inSeconds(left)}`;
}

/** The time since an instant, in whole seconds, such as `0 s` or `3 min 20 s`. */
export const since = (instant: number, now: number) => inSeconds(Math.max(0, Math.floor((now - instant) / 1000)));

const inSeconds = (seconds: number) => (seconds < 60 ? `${seconds} s` : duration(seconds * 1000));

/** @returns the time of day with milliseconds, in the local time zone */
export function clock(instant: number | string): string {
  const date = new Date(instant);
  return `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

export const dateAndTime = (instant: string) =>
  new Date(instant).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
