import http from 'node:http';
import type { AccessKey } from './access-key.ts';
import { AwsError, type AwsService, answerAwsError, answerAwsJson } from './aws-json.ts';
import { listenOnLoopback, type PortWishes } from './loopback-port.ts';
import { ownHosts } from './own-host.ts';

export interface LocalEndpoint {
  /** `http://127.0.0.1:port` */
  url: string;
  port: number;
  /** Services of the AWS JSON protocol, by their prefix in X-Amz-Target. */
  services: Map<string, AwsService>;
  /** Handles all requests to SQS. */
  queues: http.RequestListener | undefined;
  /** Handles all requests to Lambda. */
  lambda: http.RequestListener | undefined;
  /** Handles all requests that are not for the services above. */
  s3: http.RequestListener | undefined;
  close(): Promise<void>;
}

/**
 * Opens the endpoint of all services on loopback; AWS_ENDPOINT_URL points to it. The endpoint serves the tokens and the
 * videos. It therefore rejects requests without the stack's access key, and all requests from pages in a browser.
 */
export async function openEndpoint(wishes: PortWishes, accessKey: AccessKey): Promise<LocalEndpoint> {
  const endpoint: Omit<LocalEndpoint, 'url' | 'port' | 'close'> = {
    services: new Map(),
    queues: undefined,
    lambda: undefined,
    s3: undefined,
  };
  const server = http.createServer((request, response) => {
    const complaint = complaintAbout(request, port);
    if (complaint !== undefined) return void response.writeHead(403, { 'Content-Type': 'text/plain' }).end(complaint);
    const [prefix = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
    const service = endpoint.services.get(prefix);
    const signed = signedFor(request);
    const listener = endpoint[listenerFor(prefix, signed.service)];
    // The S3 service itself checks the signatures of headers, URLs and forms, and answers with errors in S3's format.
    const isS3 = !service && listener === endpoint.s3;
    if (!isS3 && signed.accessKeyId !== accessKey.accessKeyId) {
      answerAwsError(request, response, new AwsError('AccessDenied', WRONG_KEY, 403));
    } else if (service) void answerAwsJson(request, response, service, operation);
    else if (listener) listener(request, response);
    else response.writeHead(503).end();
  });
  // The upload of a large object can take hours.
  server.requestTimeout = 0;
  // Never close idle connections: a request that a client sends while its connection is closed would fail.
  server.keepAliveTimeout = 0;
  const port = await listenOnLoopback(server, wishes);
  return Object.assign(endpoint, {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** @param prefix the prefix in X-Amz-Target @param service the service that the request is signed for */
function listenerFor(prefix: string, service: string | undefined): 'queues' | 'lambda' | 's3' {
  if (prefix === 'AmazonSQS') return 'queues';
  return service === 'lambda' ? 'lambda' : 's3';
}

const WRONG_KEY =
  'Sign the request with the access key that npm start prints: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.';

/** The access key and the service of a request's signature, such as `lambda`. */
function signedFor({ headers }: http.IncomingMessage): { accessKeyId?: string; service?: string } {
  const [, accessKeyId, service] =
    /\bCredential=([^,\s/]+)(?:\/\d+\/[^/,\s]+\/([^/,\s]+))?/.exec(headers.authorization ?? '') ?? [];
  return { accessKeyId, service };
}

/** @see https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/ */
function complaintAbout({ headers }: http.IncomingMessage, port: number): string | undefined {
  const hosts = ownHosts(port);
  if (!hosts.includes(headers.host ?? '')) {
    return `The stack on this machine is at http://${hosts[0]} and answers to no other name. Buckets are named in the path.\n`;
  }
  // Only browsers send these headers. Without this check, a form on any website could drop a file.
  const site = headers['sec-fetch-site'] ?? 'none';
  if (headers.origin === undefined && site === 'none') return undefined;
  return 'The stack on this machine answers programs, not pages in a browser: the console is for those.\n';
}
