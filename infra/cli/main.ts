import { endQuietlyWhenClosed } from '../terminal/closed-pipe.ts';
import { run } from './program.ts';

for (const stream of [process.stdout, process.stderr]) endQuietlyWhenClosed(stream);
process.exitCode = await run(process.argv.slice(2), process, process.env);
