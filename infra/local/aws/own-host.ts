/**
 * The Host headers that a server on loopback accepts. Other names are rejected to prevent DNS rebinding: a site can
 * make its name resolve to 127.0.0.1, and its pages could then read the responses.
 */
export const ownHosts = (port: number): string[] =>
  ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
