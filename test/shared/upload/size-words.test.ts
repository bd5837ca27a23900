import { describe, expect, it } from 'vitest';
import { exactBytes, sizeInWords } from '../../../shared/upload/size-words.ts';

describe('sizeInWords', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [278_592, '279 kB'],
    [27_859, '27.9 kB'],
    [999_999, '1 MB'],
    [2 * 1024 ** 3, '2.1 GB'],
    [3 * 1024 ** 3, '3.2 GB'],
    [1024 ** 4, '1.1 TB'],
  ])('formats %d bytes as %s', (bytes, words) => {
    expect(sizeInWords(bytes)).toBe(words);
  });
});

describe('exactBytes', () => {
  it.each([
    [1, '1 byte'],
    [0, '0 bytes'],
    [2_147_483_649, '2,147,483,649 bytes'],
  ])('formats %d as %s', (bytes, words) => {
    expect(exactBytes(bytes)).toBe(words);
  });
});
