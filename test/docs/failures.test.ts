import { describe, expect, it } from 'vitest';
import { mediaUploadFailedExamples } from '../../shared/events/examples.ts';
import { FAILURE_REASONS } from '../../shared/events/names.ts';
import { madeFailures } from './made-failures.ts';
import { page } from './markdown.ts';

const failures = page('docs/failures.md');
const made = await madeFailures();

/** Matches the message of a temporary fault that lasted too long. The group is the cause. */
const GAVE_UP =
  /^Pindrop gave up 24 h after the drop: (.+) The file is still in the bucket: retry it once the cause is fixed\.$/;

/** The text of one section, up to the next heading. */
function textOf(title: string): string {
  const { sections, source } = failures;
  const index = sections.findIndex((section) => section.title === title);
  const lines = source.split('\n');
  return lines.slice(sections[index]?.line, (sections[index + 1]?.line ?? lines.length + 1) - 1).join('\n');
}

describe('the page docs/failures.md', () => {
  it('has a section and a row in the first table for each failure reason', () => {
    const titles = failures.sections.filter(({ level }) => level === 2).map(({ title }) => title);
    expect(titles).toEqual(FAILURE_REASONS);
    expect(failures.tables[0]?.rows.map(([reason]) => reason)).toEqual(FAILURE_REASONS);
  });

  it.each(FAILURE_REASONS)(
    'explains %s: what happened, what to do, what the on-call checks, and whether retry helps',
    (reason) => {
      const text = textOf(reason);
      for (const lead of ['What happened.', 'What to do.', 'What the on-call looks at.', 'Does `retry` help?'])
        expect(text).toContain(`**${lead}**`);
    },
  );

  it.each(FAILURE_REASONS)('quotes for %s exactly the messages that the code creates', (reason) => {
    const ofCode = made.filter((failure) => failure.reason === reason);
    const inTables = failures.tables
      .filter(({ section, head }) => section === reason && head[0] !== 'rule')
      .flatMap(({ rows }) => rows);
    const quoted = textOf(reason)
      .split('\n')
      .filter((line) => line.startsWith('> '))
      .map((line) => [line.slice(2), 'true']);
    const ofPage = [...inTables, ...quoted].map(([message, retryable]) => ({ message, retryable }));
    const expected = ofCode.map(({ message, retryable }) => ({
      message: GAVE_UP.exec(message)?.[1] ?? message,
      retryable: String(retryable),
    }));
    const byMessage = (a: { message?: string | undefined }, b: typeof a) =>
      (a.message ?? '').localeCompare(b.message ?? '');
    expect(ofPage.sort(byMessage)).toEqual(expected.sort(byMessage));
  });

  it('quotes the gave_up message exactly as the code builds it, with CAUSE in place of the cause', () => {
    const [example] = made.filter(({ message }) => GAVE_UP.test(message));
    const [, cause = ''] = GAVE_UP.exec(example?.message ?? '') ?? [];
    expect(failures.source).toContain(`*${example?.message.replace(cause, 'CAUSE')}*`);
  });

  it("also quotes the messages of the subscribers' example events", () => {
    const messages = made.map(({ reason, message, retryable }) => ({ reason, message, retryable }));
    for (const { failure } of Object.values(mediaUploadFailedExamples)) expect(messages).toContainEqual(failure);
  });
});
