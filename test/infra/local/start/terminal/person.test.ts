import { describe, expect, it } from 'vitest';
import { plainPerson, withControlsEscaped } from '../../../../../infra/local/start/terminal/person.ts';

describe('a person at a terminal', () => {
  it('sees escaped control characters in keys and messages; the JSON of an event keeps its value', () => {
    const written = { stdout: '', stderr: '' };
    const streamTo = (name: keyof typeof written) =>
      ({ write: (text: string) => (written[name] += text) }) as unknown as NodeJS.WritableStream;
    const person = withControlsEscaped(plainPerson(streamTo('stdout'), streamTo('stderr')));
    const key = 'a\u001b[2J\nforged: line\u009b.mp4';
    person.say('Two lines,', `one with ${key}`);
    person.show({ uploadId: 'id', name: key, percent: 0, phase: 'dropped' });
    person.end('id', `✔ ${key}`);
    person.print(JSON.stringify({ key }));
    const shown = 'a\\u001b[2J\\nforged: line\\u009b.mp4';
    expect(written.stderr.split('\n')).toEqual([
      'Two lines,',
      `one with ${shown}`,
      `${shown}: dropped`,
      `✔ ${shown}`,
      '',
    ]);
    expect(written.stdout).toBe(`{"key":"${shown}"}\n`);
    expect(JSON.parse(written.stdout)).toEqual({ key });
  });
});
