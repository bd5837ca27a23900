/**
 * The Host headers that a server on loopback accepts. Another name is a site's that was made to resolve to 127.0.0.1: its
 * pages could read the answers.
 */
export const ownHosts = (port: number): string[] =>
  ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
