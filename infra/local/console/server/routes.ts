import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalStack } from '../../aws/local-stack.ts';
import type { FaultSwitch } from '../shared/wire.ts';
import type { Board } from './board.ts';
import { type StreamSource, streamEvents } from './event-stream.ts';
import { Refusal } from './own-page.ts';
import { retryHere } from './retry-here.ts';
import { streamDrop } from './stream-drop.ts';

/** A kind of request from the page, except requests for the page's files. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: RegExp;
  /** @param named the decoded name or id in the path */
  act: (named: string, request: IncomingMessage, response: ServerResponse) => Promise<void> | void;
}

/** The faults of the simulator. */
export interface Faults {
  switches(): FaultSwitch[];
  /** @returns false if there is no fault with that name */
  turn(name: string, on: boolean): boolean;
}

export interface RouteParts {
  board: Board;
  stack: Pick<LocalStack, 'endpoint' | 'region' | 'accessKey' | 'outputs'>;
  bucket: string;
  source: StreamSource;
  /** Set if there is a simulator. */
  faults: Faults | undefined;
}

/** The routes of the page. Each route can throw a Refusal. */
export function consoleRoutes({ board, stack, bucket, source, faults }: RouteParts): Route[] {
  const turn =
    (on: boolean): Route['act'] =>
    (name, _request, response) => {
      if (!faults?.turn(name, on)) throw new Refusal(404, `There is no fault ${name}.`);
      answerJson(response, 200, faults.switches());
    };
  return [
    { method: 'GET', path: /^\/events$/, act: (_, _request, response) => streamEvents(response, source) },
    {
      method: 'GET',
      path: /^\/uploads\/([^/]+)$/,
      act(uploadId, _request, response) {
        const details = board.details(uploadId);
        if (!details) throw new Refusal(404, `There is no upload ${uploadId}.`);
        answerJson(response, 200, details);
      },
    },
    {
      method: 'POST',
      path: /^\/uploads\/([^/]+)\/retry$/,
      async act(uploadId, _request, response) {
        const attempt = await retryHere(uploadId, stack);
        board.lookIntoQueue();
        answerJson(response, 201, { uploadId: attempt });
      },
    },
    {
      method: 'PUT',
      path: /^\/objects\/(.+)$/,
      async act(key, request, response) {
        answerJson(response, 201, await streamDrop(key, request, { ...stack, name: bucket }));
      },
    },
    { method: 'PUT', path: /^\/faults\/([^/]+)$/, act: turn(true) },
    { method: 'DELETE', path: /^\/faults\/([^/]+)$/, act: turn(false) },
  ];
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
