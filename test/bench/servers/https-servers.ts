import { fileURLToPath } from 'node:url';

/** An HTTPS source and an HTTPS sink on this machine. */
export interface HttpsServers {
  /** Serves the files below the directory `objects`, as S3 does with path-style URLs. */
  sourceUrl: string;
  /** Reads a POST to its end, and answers 204. */
  sinkUrl: string;
  objects: string;
  stop(): Promise<void>;
}

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));

/** Files of both servers' identity. The certificate is signed by itself, so that clients trust it as an authority. */
export const IDENTITY = { key: fixture('loopback-key.pem'), certificate: fixture('loopback-certificate.pem') };
