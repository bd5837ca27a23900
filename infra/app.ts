import { App } from 'aws-cdk-lib';
import { PindropStack } from './stack/pindrop-stack.ts';

/** The account of most emulators. The toolkit says which account the credentials belong to. */
const EMULATED_ACCOUNT = '000000000000';

const app = new App();
try {
  const emulated = process.env['CDK_DEFAULT_ACCOUNT'] === EMULATED_ACCOUNT;
  const { settings } = new PindropStack(app, 'Pindrop', { settings: { emulated, ...app.node.getAllContext() } });
  if (settings.emulated) {
    process.stderr.write('For an emulator of AWS: without the rotation schedule, the archive and the event schemas.\n');
  }
} catch (error) {
  // The reader fixes a mistake in a setting; a stack trace would only hide the sentence.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
app.synth();
