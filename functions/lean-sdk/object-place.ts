import type { Endpoint } from './endpoint.ts';

/**
 * Where an object is. Buckets are part of the host's name on AWS, unless a dot in theirs would break its certificate.
 * @returns the path percent-encoded, as it goes over the wire
 */
export function objectPlace({ url, isAws }: Endpoint, bucket: string, key: string): { url: URL; path: string } {
  const path = key.split('/').map(encoded).join('/');
  if (isAws && !bucket.includes('.')) return { url: new URL(`https://${bucket}.${url.host}`), path: `/${path}` };
  return { url, path: `${url.pathname.replace(/\/$/, '')}/${bucket}/${path}` };
}

const encoded = (segment: string) =>
  encodeURIComponent(segment).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
