import type { Place } from '../wire.ts';
import { element, setText } from './element.ts';

const STEPS = [
  ['Drop', 'A video goes into the bucket, from here or by any S3 client.'],
  ['Watch', 'It is registered, uploaded, and asked about until Pinterest has it ready.'],
  ['Hear', 'One final event on the bus says how it ended. It is here, too.'],
] as const;

/** What stands in place of the rows before anything was dropped. */
export class NothingYet {
  readonly #command = element('code');
  readonly root: HTMLElement;

  constructor() {
    const steps = element('ol', { class: 'steps' });
    for (const [title, text] of STEPS)
      steps.append(element('li', {}, element('strong', {}, title), element('span', {}, text)));
    this.root = element(
      'div',
      {},
      element('p', { class: 'headline' }, 'Nothing was dropped yet.'),
      steps,
      element('p', { class: 'muted' }, 'Or from a terminal:'),
      element(
        'div',
        { class: 'scrolls command', tabindex: '0', role: 'region', 'aria-label': 'Command' },
        this.#command,
      ),
    );
  }

  show({ endpoint, bucket, prefix }: Place): void {
    setText(
      this.#command,
      `AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1 aws --endpoint-url ${endpoint} s3 cp clip.mp4 s3://${bucket}/${prefix}`,
    );
  }
}
