const UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'];

/**
 * A size for users, in decimal units: kB, MB and GB.
 * @returns for example `278.6 kB` or `3.2 GB`
 */
export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return exactBytes(bytes);
  let [unit, value] = [0, bytes / 1000];
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000;
  // Create the formatter only when needed: the first one adds 30 ms to a cold start.
  const format = { style: 'unit', unit: UNITS[unit], maximumFractionDigits: value < 100 ? 1 : 0 } as const;
  return new Intl.NumberFormat('en', format).format(value);
}

/** @returns for example `2,147,483,649 bytes` */
export const exactBytes = (bytes: number): string =>
  `${new Intl.NumberFormat('en').format(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`;
