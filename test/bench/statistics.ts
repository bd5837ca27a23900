/** The median; for an even count, the mean of the two middle values. @throws Error when `values` is empty */
export function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('There is no median of nothing.');
  return (low + high) / 2;
}

/** @param digits number of significant digits */
export const rounded = (value: number, digits = 3): number => Number(value.toPrecision(digits));

/** The smallest value v such that at least `share` of the values are ≤ v. @throws Error when `values` is empty */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('There is no quantile of nothing.');
  return value;
}
