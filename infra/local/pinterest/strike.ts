import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';

/**
 * Applies a fault that replaces or delays the regular response.
 * @returns true when the caller must not respond
 */
export async function strike(
  fault: Fault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (fault?.kind) {
    case 'reset':
      if (fault.afterBytes === undefined) request.socket.destroy();
      return fault.afterBytes === undefined;
    case 'hang':
      request.resume();
      return true;
    case 'html':
      request.resume();
      response.writeHead(fault.status, { 'Content-Type': 'text/html' }).end('<html><h1>Bad Gateway</h1></html>');
      return true;
    case 'garbage':
      request.resume();
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"media_id": 12, "unexpected": tru');
      return true;
    case 'slow':
      await sleep(fault.milliseconds);
      return false;
    default:
      return false;
  }
}
