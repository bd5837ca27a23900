/**
 * Calls back once when the reader of a stream has closed it, as in `… | head -1`.
 * Without this listener, the next write would end the process with a stack trace (EPIPE).
 */
export function whenClosed(stream: NodeJS.WritableStream, closed: () => void): void {
  let called = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!called) closed();
    called = true;
  });
}
