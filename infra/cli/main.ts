import { whenClosed } from '../terminal/closed-pipe.ts';
import { run } from './program.ts';

for (const stream of [process.stdout, process.stderr]) whenClosed(stream, () => process.exit());
process.exitCode = await run(process.argv.slice(2), process, process.env);
