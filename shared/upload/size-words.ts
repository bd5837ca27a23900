const UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'];

/**
 * A size for people, in decimal units: what "kB", "MB" and "GB" mean.
 * @returns such as `278.6 kB` or `3.2 GB`
 */
export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return exactBytes(bytes);
  let [unit, value] = [0, bytes / 1000];
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000;
  // Made on demand: the first formatter costs a cold start 30 ms.
  const format = { style: 'unit', unit: UNITS[unit], maximumFractionDigits: value < 100 ? 1 : 0 } as const;
  return new Intl.NumberFormat('en', format).format(value);
}

/** @returns such as `2,147,483,649 bytes` */
export const exactBytes = (bytes: number): string =>
  `${new Intl.NumberFormat('en').format(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`;
