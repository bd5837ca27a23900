import type { Place } from '../shared/wire.ts';
import { codeBlock } from './code-block.ts';
import { element } from './element.ts';

const STEPS = [
  ['Drop', 'A video goes into the bucket, from here or by any S3 client.'],
  ['Watch', 'It is registered, uploaded, and asked about until Pinterest has it ready.'],
  ['Hear', 'One final event on the bus says how it ended. It is here, too.'],
] as const;

/** What stands in place of the rows before anything was dropped. */
export class NothingYet {
  readonly #command = element('div');
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
      element('h3', {}, 'Or from a terminal'),
      this.#command,
    );
  }

  show({ endpoint, region, accessKey, bucket, prefix }: Place): void {
    this.#command.replaceChildren(
      codeBlock(
        'Command',
        [
          `AWS_ACCESS_KEY_ID=${accessKey.accessKeyId} AWS_SECRET_ACCESS_KEY=${accessKey.secretAccessKey} \\`,
          `AWS_REGION=${region} \\`,
          `aws --endpoint-url ${endpoint} \\`,
          `  s3 cp clip.mp4 s3://${bucket}/${prefix}`,
        ].join('\n'),
      ),
    );
  }
}
