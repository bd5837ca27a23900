import type { FinalEventDetail } from '../../../shared/events/events.ts';

/** Slack's three control characters. @see https://docs.slack.dev/messaging/formatting-message-text */
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The body that Slack, Mattermost and similar services accept: `{ "text": … }`. */
export function message(detail: FinalEventDetail): { text: string } {
  const { key } = detail.object;
  if (detail.status === 'succeeded') {
    return { text: `:white_check_mark: *${escaped(key)}* is ready on Pinterest as media ${detail.mediaId}.` };
  }
  const { reason, message: why } = detail.failure;
  return { text: `:x: *${escaped(key)}* failed (${reason}). ${escaped(why)}` };
}
