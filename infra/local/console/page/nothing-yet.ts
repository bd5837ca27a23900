import type { StackInfo } from '../shared/wire.ts';
import { codeBlock } from './code-block.ts';
import { element } from './element.ts';

const STEPS = [
  ['Drop', 'Put a video into the bucket, from here or with any S3 client.'],
  ['Watch', 'Pindrop registers it, uploads it, and polls Pinterest until it is ready.'],
  ['Hear', 'One final event on the bus says how it ended. You see it here, too.'],
] as const;

const command = (
  prefix: string,
  { endpoint, region, accessKey, bucket }: Omit<StackInfo, 'prefix' | 'accounts'>,
): string =>
  [
    `AWS_ACCESS_KEY_ID=${accessKey.accessKeyId} AWS_SECRET_ACCESS_KEY=${accessKey.secretAccessKey} \\`,
    `AWS_REGION=${region} \\`,
    `aws --endpoint-url ${endpoint} \\`,
    `  s3 cp clip.mp4 s3://${bucket}/${prefix}`,
  ].join('\n');

/** The help that the page shows before the first drop. */
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
      element('p', { class: 'headline' }, 'No files yet.'),
      steps,
      element('h3', {}, 'Or from a terminal'),
      this.#command,
    );
  }

  show({ prefix, accounts, ...stack }: StackInfo): void {
    const prefixes = accounts.length === 0 ? [{ name: '', prefix }] : accounts;
    this.#command.replaceChildren(
      ...prefixes.map((each) => codeBlock(`Command ${each.name}`.trim(), command(each.prefix, stack))),
    );
  }
}
