import { describe, expect, it } from 'vitest';
import { webhookUrl } from '../../../../functions/examples/slack-webhook/post-message.ts';

describe('webhookUrl', () => {
  it.each(['https://hooks.slack.com/services/T/B/x', 'http://127.0.0.1:8065/hooks/x'])('accepts %s', (url) => {
    expect(webhookUrl(JSON.stringify({ url })).href).toBe(url);
  });

  it.each([
    '',
    '{}',
    '{"url":""}',
    '{"url":"http://hooks.slack.com/services/x"}',
    '{"url":"file:///etc/passwd"}',
    '{"url',
  ])('refuses %s without quoting it in the error', (secret) => {
    expect(() => webhookUrl(secret)).toThrow(/^The webhook secret is not JSON with an https url/);
  });
});
