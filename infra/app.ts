import { App } from 'aws-cdk-lib';
import { PindropStack } from './stack/pindrop-stack.ts';

/**
 * The account id that most AWS emulators use. The CDK toolkit puts the account of the credentials in the environment.
 */
const EMULATED_ACCOUNT = '000000000000';

const app = new App();
try {
  const emulated = process.env['CDK_DEFAULT_ACCOUNT'] === EMULATED_ACCOUNT;
  const { settings } = new PindropStack(app, 'Pindrop', { settings: { emulated, ...app.node.getAllContext() } });
  if (settings.emulated) {
    process.stderr.write('For an emulator of AWS: without the rotation schedule, the archive and the event schemas.\n');
  }
  app.synth();
} catch (error) {
  // Print the message alone: a mistake in a setting is the user's to fix, and a stack trace would hide the message.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
