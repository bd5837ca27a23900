/**
 * Ends the process quietly once nobody reads a stream any more, as in `… | head -1`.
 * Without this, the next write ends it with a stack trace (EPIPE).
 */
export function endQuietlyWhenClosed(stream: NodeJS.WritableStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
