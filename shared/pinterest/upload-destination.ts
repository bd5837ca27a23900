import { isLoopback } from './api-url.ts';

/**
 * Checks the upload host in Pinterest's response. The file belongs to a customer, so it may go only to Amazon S3 over
 * TLS. If the API itself is on this machine, the file may also go to the API's host.
 * @param uploadUrl `upload_url` from a `media_create` response
 * @param apiUrl the API's base URL, which the operator chose
 * @returns the URL to which the form is posted
 * @throws Error that names the refused host
 */
export function uploadDestination(uploadUrl: string, apiUrl: string): URL {
  const url = new URL(uploadUrl);
  const api = new URL(apiUrl);
  const amazon = url.protocol === 'https:' && url.hostname.endsWith('.amazonaws.com');
  const sameLoopback = isLoopback(api.hostname) && url.hostname === api.hostname && /^https?:$/.test(url.protocol);
  if ((amazon || sameLoopback) && url.username === '' && url.password === '') return url;
  throw new Error(`Pinterest named an upload host that is not Amazon S3 over https: ${url.protocol}//${url.host}`);
}
