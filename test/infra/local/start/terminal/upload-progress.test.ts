import { describe, expect, it } from 'vitest';
import { uploadProgress } from '../../../../../infra/local/start/terminal/upload-progress.ts';

const LOGGED_AT = '2026-03-01T09:00:00.000Z';
const later = (seconds: number) => Date.parse(LOGGED_AT) + seconds * 1000;

/** The progress that a person sees after these lines of the functions' log. */
function shownAfter(...lines: object[]) {
  const progress = uploadProgress();
  const shown = lines.map((line) => progress(JSON.stringify({ uploadId: 'u', timestamp: LOGGED_AT, ...line })));
  return shown.at(-1);
}

describe('the progress of an upload', () => {
  it('says when the first poll is due, as soon as the file is uploaded', () => {
    const shown = shownAfter(
      { message: 'drop received', key: 'clip.mp4', attempt: 0 },
      { message: 'following', waitSeconds: 5, sinceUploadSeconds: 0 },
    );
    expect(shown).toMatchObject({
      name: 'clip.mp4',
      percent: 100,
      phase: 'processing 0 s, not polled yet, next in 5 s',
    });
    expect(shown?.phaseAt?.(later(3.2))).toBe('processing 3 s, not polled yet, next in 2 s');
    expect(shown?.phaseAt?.(later(5.1))).toBe('processing 5 s, not polled yet, polling');
  });

  it('says how long Pinterest has had the file, how often it was polled, and when the next poll is due', () => {
    const shown = shownAfter({ message: 'not ended yet', polls: 3, waitSeconds: 90, sinceUploadSeconds: 75 });
    expect(shown?.phase).toBe('processing 1 min 15 s, polled 3×, next in 1 min 30 s');
    expect(shown?.phaseAt?.(later(60))).toBe('processing 2 min 15 s, polled 3×, next in 30 s');
  });

  it('has no running clock while the file waits for its next attempt', () => {
    const shown = shownAfter(
      { message: 'not ended yet', polls: 3, waitSeconds: 90, sinceUploadSeconds: 75 },
      { message: 'to be tried again', afterSeconds: 30, because: 'It broke.' },
    );
    expect(shown).toMatchObject({ phase: 'It broke. Next attempt in 30 s', phaseAt: undefined });
  });
});
