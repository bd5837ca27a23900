/**
 * An object in memory that records its reads. If `size` is larger than the bytes, zeros follow the bytes.
 */
export function countedObject(bytes: Buffer, size = bytes.length) {
  const reads: [number, number][] = [];
  return {
    size,
    reads,
    get bytesRead() {
      return reads.reduce((sum, [start, end]) => sum + end - start, 0);
    },
    read: async (start: number, end: number) => {
      if (end > size || start >= end) throw new RangeError(`Bytes ${start} to ${end} of ${size} were asked for.`);
      reads.push([start, end]);
      return end <= bytes.length
        ? bytes.subarray(start, end)
        : Buffer.concat([bytes.subarray(start), Buffer.alloc(end - Math.max(start, bytes.length))]);
    },
  };
}
