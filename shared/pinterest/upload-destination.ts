import { isLoopback } from './api-url.ts';

/**
 * Checks the upload host that Pinterest's response names. The file is a customer's: it goes only to Amazon S3 over TLS, or,
 * when the API itself is on this machine, to that host.
 * @param uploadUrl `upload_url` of a `media_create` answer
 * @param apiUrl the API's base URL, which the operator chose
 * @returns the URL to post the form to
 * @throws Error naming the refused host
 */
export function uploadDestination(uploadUrl: string, apiUrl: string): URL {
  const url = new URL(uploadUrl);
  const api = new URL(apiUrl);
  const amazon = url.protocol === 'https:' && url.hostname.endsWith('.amazonaws.com');
  const sameLoopback = isLoopback(api.hostname) && url.hostname === api.hostname && /^https?:$/.test(url.protocol);
  if ((amazon || sameLoopback) && url.username === '' && url.password === '') return url;
  throw new Error(`Pinterest named an upload host that is not Amazon S3 over https: ${url.protocol}//${url.host}`);
}
