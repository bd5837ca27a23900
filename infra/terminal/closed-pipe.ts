/**
 * Calls back, once, when nobody reads a stream any more, as in `… | head -1`.
 * Without this, the next write would end the process with a stack trace (EPIPE).
 */
export function whenClosed(stream: NodeJS.WritableStream, closed: () => void): void {
  let called = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!called) closed();
    called = true;
  });
}
