import cliProgress, { type SingleBar } from 'cli-progress';
import type { Person } from './person.ts';

/** What MultiBar has for writing between its bars; its types leave it out. */
interface BarTerminal {
  cursorRelativeReset(): void;
  clearBottom(): void;
}

/** A progress bar for each upload under way, below everything that was said. */
export function progressBars(stdout: NodeJS.WritableStream, stderr: NodeJS.WriteStream): Person {
  const bars = new Map<string, SingleBar>();
  const multi = new cliProgress.MultiBar(
    {
      stream: stderr,
      format: '  {bar} {name}: {phase}',
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      forceRedraw: true,
      linewrap: false,
      autopadding: true,
    },
    cliProgress.Presets.rect,
  );
  const between = (write: () => void) => {
    const { terminal } = multi as unknown as { terminal: BarTerminal };
    if (bars.size > 0) {
      terminal.cursorRelativeReset();
      terminal.clearBottom();
    }
    write();
    if (bars.size > 0) multi.update();
  };
  return {
    say: (text) => between(() => stderr.write(`${text}\n`)),
    show({ uploadId, name, percent, phase }) {
      const bar = bars.get(uploadId);
      if (bar) bar.update(percent, { name, phase });
      else bars.set(uploadId, multi.create(100, percent, { name, phase }));
    },
    end(uploadId, text) {
      const bar = bars.get(uploadId);
      if (bar) multi.remove(bar);
      bars.delete(uploadId);
      between(() => stderr.write(`${text}\n`));
    },
    print: (line) => between(() => stdout.write(`${line}\n`)),
    close: () => multi.stop(),
  };
}
