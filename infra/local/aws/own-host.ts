/**
 * Under which names a server on loopback may be asked. Any other is a site's that was made to resolve to 127.0.0.1, whose
 * pages could then read the answers.
 * @returns values of the Host header
 */
export const ownHosts = (port: number): string[] =>
  ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
