import type { UploadDetails } from '../shared/wire.ts';
import { scrolling } from './code-block.ts';
import { element } from './element.ts';
import { clock } from './wording.ts';

/** The functions' log lines about an upload. */
export function logTable({ log, logCut }: UploadDetails): HTMLElement {
  if (log.length === 0) {
    return element(
      'p',
      { class: 'muted' },
      'No log lines since npm start was started. Earlier lines are not kept here; on AWS they are in CloudWatch.',
    );
  }
  const body = element('tbody');
  for (const { at, level, functionName, message, details } of log) {
    const rest = Object.entries(details).map(([name, value]) => `${name}=${valueText(value)}`);
    body.append(
      element(
        'tr',
        { 'data-level': level },
        element('td', {}, clock(at)),
        element('td', {}, level.toLowerCase()),
        element('td', {}, shortName(functionName)),
        element('td', {}, message, rest.length === 0 ? undefined : element('span', { class: 'rest' }, rest.join(' '))),
      ),
    );
  }
  const heads = ['time', 'level', 'function', 'line'].map((name) => element('th', { scope: 'col' }, name));
  const table = element('table', { class: 'log' }, element('thead', {}, element('tr', {}, ...heads)), body);
  const whole = element('div', {}, scrolling('Log lines', table));
  if (logCut) whole.prepend(element('p', { class: 'muted' }, 'The oldest lines are not kept.'));
  return whole;
}

/** Removes the stack's name, with which CloudFormation starts the name of a function. */
const shortName = (functionName: string) => functionName.split('-').at(-1) ?? functionName;

/** Omits the stack trace of an error, whose line numbers are those of a bundle. The full log contains the trace. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  const { name, message, stack } = (value ?? {}) as Partial<Error>;
  return stack === undefined ? JSON.stringify(value) : `${name}: ${message}`;
}
