import { fileURLToPath } from 'node:url';

/** An HTTPS source and an HTTPS sink on this machine. */
export interface HttpsServers {
  /** Serves the files in the directory `objects`, as S3 does with path-style URLs. */
  sourceUrl: string;
  /** Reads the whole POST body, then responds with 204. */
  sinkUrl: string;
  objects: string;
  stop(): Promise<void>;
}

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));

/** Key and certificate files of both servers. The certificate is self-signed; clients trust it as a CA. */
export const IDENTITY = { key: fixture('loopback-key.pem'), certificate: fixture('loopback-certificate.pem') };
