import { App } from 'aws-cdk-lib';
import { readSettings } from './settings.ts';
import { PindropStack } from './stack/pindrop-stack.ts';

/** The account of most emulators. The toolkit says which account the credentials belong to. */
const EMULATED_ACCOUNT = '000000000000';

const app = new App();
try {
  const settings = readSettings(app.node.getAllContext());
  const emulated = settings.emulated ?? process.env['CDK_DEFAULT_ACCOUNT'] === EMULATED_ACCOUNT;
  if (emulated) {
    process.stderr.write('For an emulator of AWS: without the rotation schedule, the archive and the event schemas.\n');
  }
  new PindropStack(app, 'Pindrop', { settings: { ...settings, emulated } });
} catch (error) {
  // A mistake in a setting is the reader's to mend: the stack trace would only hide the sentence.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
app.synth();
