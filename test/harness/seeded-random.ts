/**
 * A generator of pseudorandom numbers from 0 (inclusive) to 1 (exclusive). The same seed gives the same numbers.
 * @see splitmix32 in "Fast Splittable Pseudorandom Number Generators" (Steele, Lea, Flood 2014)
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
