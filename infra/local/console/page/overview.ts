import { signInCommand } from '../../../../shared/upload/sign-in.ts';
import { sizeInWords } from '../../../../shared/upload/size-words.ts';
import type { Overview } from '../shared/wire.ts';
import { byId, element, setText } from './element.ts';

interface Figure {
  unknown?: true;
  value: string;
  note: string;
  tone?: string;
}

const FEW_DAYS = 7;

const FIGURES: [string, (overview: Overview) => Figure][] = [
  [
    'Under way',
    ({ underWay }) => ({ value: String(underWay), note: underWay === 1 ? 'file' : 'files', ...tone(underWay, 'busy') }),
  ],
  ['Succeeded', ({ succeeded }) => ({ value: String(succeeded), note: 'since the first start' })],
  ['Failed', ({ failed }) => ({ value: String(failed), note: 'since the first start', ...tone(failed, 'bad') })],
  [
    'Last minute',
    ({ lastMinute: { files, uploadedBytes } }) => ({
      value: `${files} ended`,
      note: `${sizeInWords(uploadedBytes)} uploaded`,
    }),
  ],
  [
    'Quota left',
    ({ quota }) =>
      quota.known
        ? { value: String(quota.left), note: of(quota.account, 'requests that Pinterest still allows') }
        : unknown(quota.why),
  ],
  ['Token', ({ token }) => (token.known ? tokenFigure(token) : unknown(token.why))],
];

const tone = (count: number, name: string) => (count > 0 ? { tone: name } : {});
const unknown = (why: string): Figure => ({ value: '—', note: why, unknown: true });

/** @param account the account with the least left, if there are several */
const of = (account: string | undefined, note: string) => (account === undefined ? note : `${account}: ${note}`);

function tokenFigure({ account, daysLeft, renewed }: { account?: string; daysLeft: number; renewed: boolean }): Figure {
  const days = Math.floor(daysLeft);
  const note = of(account, renewed ? 'renewed every week' : 'not renewed: it has no refresh token');
  if (days < 0) return { value: 'expired', note: `sign in: ${signInCommand(account)} --local`, tone: 'bad' };
  return { value: days === 1 ? '1 day' : `${days} days`, note, ...tone(days < FEW_DAYS ? 1 : 0, 'bad') };
}

/** Shows the figures above the rows. */
export class OverviewFigures {
  readonly #figures = FIGURES.map(([title, read]) => {
    const value = element('dd', { class: 'value' }, '–');
    const note = element('dd', { class: 'note' });
    const root = element('div', { class: 'figure' }, element('dt', {}, title), value, note);
    byId('overview', HTMLDListElement).append(root);
    return { read, root, value, note };
  });

  show(overview: Overview): void {
    for (const { read, root, value, note } of this.#figures) {
      const figure = read(overview);
      setText(value, figure.value);
      setText(note, figure.note);
      root.dataset['tone'] = figure.tone ?? '';
      root.toggleAttribute('data-unknown', figure.unknown ?? false);
    }
    document.title = overview.underWay > 0 ? `(${overview.underWay}) Pindrop` : 'Pindrop';
  }
}
