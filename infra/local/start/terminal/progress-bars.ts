import cliProgress, { type MultiBar, type SingleBar } from 'cli-progress';
import type { Person } from './person.ts';
import type { ShownUpload } from './upload-progress.ts';

/** The methods of MultiBar's terminal that allow output between the bars. The package's types omit them. */
interface BarTerminal {
  cursorRelativeReset(): void;
  clearBottom(): void;
}

const BAR_WIDTH = 24;
/** Width of a row without its texts: the bar, the spaces, the colon and the gap around the bar. */
const FORMAT_WIDTH = BAR_WIDTH + 8;

/** Shows a progress bar for each running upload, below all other output. */
export function progressBars(stdout: NodeJS.WritableStream, stderr: NodeJS.WriteStream): Person {
  const bars = new Map<string, SingleBar>();
  const shown = new Map<string, ShownUpload>();
  /** Exists only while there are bars, because a MultiBar assumes that it owns the lines above the cursor. */
  let multi: MultiBar | undefined;

  const open = () =>
    new cliProgress.MultiBar(
      {
        stream: stderr,
        format: '  {bar} {name}: {phase}',
        barsize: BAR_WIDTH,
        hideCursor: true,
        clearOnComplete: true,
        forceRedraw: true,
        // Wrap lines: final events on the same terminal are long. `draw` truncates the bars' own lines.
        linewrap: true,
      },
      cliProgress.Presets.rect,
    );
  const between = (write: () => void) => {
    const { terminal } = (multi ?? {}) as { terminal?: BarTerminal };
    terminal?.cursorRelativeReset();
    terminal?.clearBottom();
    write();
    multi?.update();
  };
  const draw = ({ uploadId, name, percent, phase, phaseAt }: ShownUpload) => {
    const room = Math.max(20, (stderr.columns ?? 80) - FORMAT_WIDTH - name.length);
    const words = { name, phase: (phaseAt?.(Date.now()) ?? phase).slice(0, room) };
    const bar = bars.get(uploadId);
    if (bar) return bar.update(percent, words);
    multi ??= open();
    bars.set(uploadId, multi.create(100, percent, words));
  };
  const ticking = setInterval(() => {
    for (const upload of shown.values()) if (upload.phaseAt) draw(upload);
  }, 1000);
  ticking.unref();
  return {
    say: (...lines) => between(() => stderr.write(lines.map((line) => `${line}\n`).join(''))),
    show(upload) {
      shown.set(upload.uploadId, upload);
      draw(upload);
    },
    end(uploadId, text) {
      const bar = bars.get(uploadId);
      bars.delete(uploadId);
      shown.delete(uploadId);
      if (bars.size === 0) {
        multi?.stop();
        multi = undefined;
      } else if (bar) multi?.remove(bar);
      between(() => stderr.write(`${text}\n`));
    },
    print: (line) => between(() => stdout.write(`${line}\n`)),
    close() {
      clearInterval(ticking);
      multi?.stop();
    },
  };
}
