import { describe, expect, it } from 'vitest';
import { uploadDestination } from '../../../shared/pinterest/upload-destination.ts';

const REAL = 'https://api.pinterest.com/v5';
const LOCAL = 'http://127.0.0.1:8080/v5';

describe('uploadDestination', () => {
  it.each([
    ['https://pinterest-media-upload.s3-accelerate.amazonaws.com/', REAL],
    ['https://bucket.s3.us-east-1.amazonaws.com/x', REAL],
    ['http://127.0.0.1:9999/upload/', LOCAL],
    ['http://localhost:1/upload/', 'http://localhost:2/v5'],
    ['http://[::1]:1/', 'http://[::1]:2/v5'],
  ])('allows an upload to %s when the API is %s', (uploadUrl, apiUrl) => {
    expect(uploadDestination(uploadUrl, apiUrl).href).toBe(uploadUrl);
  });

  it.each([
    ['http://pinterest-media-upload.s3.amazonaws.com/', REAL],
    ['https://amazonaws.com.evil.example/', REAL],
    ['https://evilamazonaws.com/', REAL],
    ['https://s3.amazonaws.com@evil.example/', REAL],
    ['https://user:pass@s3.amazonaws.com/', REAL],
    ['http://127.0.0.1:9999/upload/', REAL],
    ['http://169.254.169.254/latest/', LOCAL],
    ['http://127.0.0.2:9999/', LOCAL],
    ['http://api.example/upload', 'http://api.example/v5'],
    ['file:///etc/passwd', REAL],
  ])('refuses an upload to %s when the API is %s', (uploadUrl, apiUrl) => {
    expect(() => uploadDestination(uploadUrl, apiUrl)).toThrow('not Amazon S3 over https');
  });
});
