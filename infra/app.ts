import { App } from 'aws-cdk-lib';
import { PindropStack } from './pindrop-stack.ts';
import { readSettings } from './settings.ts';

const app = new App();
try {
  // The toolkit resolves the account and region of the credentials at hand.
  new PindropStack(app, 'Pindrop', { settings: readSettings(app.node.getAllContext()) });
} catch (error) {
  // A mistake in a setting is the reader's to mend: the stack trace would only hide the sentence.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
app.synth();
