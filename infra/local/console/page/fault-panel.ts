import type { FaultSwitch } from '../shared/wire.ts';
import { byId, element, setText } from './element.ts';
import { turnFault } from './server.ts';
import { now } from './server-clock.ts';
import { until } from './wording.ts';

/** Matches when the window is wide enough to show the panel beside the rows. */
const BESIDE = matchMedia('(min-width: 1000px)');

/** Switches the faults of the simulated Pinterest on and off. */
export class FaultPanel {
  readonly #root = byId('faults', HTMLElement);
  readonly #error = element('p', { class: 'error', role: 'alert' });
  readonly #items = new Map<string, { toggle: HTMLButtonElement; note: HTMLElement }>();
  readonly #list = element('ul', { role: 'list' });
  #faults: FaultSwitch[] = [];

  constructor() {
    const panel = element(
      'details',
      {},
      element('summary', {}, element('h2', { id: 'faults-title' }, 'Make Pinterest fail')),
      element('p', { class: 'muted' }, 'Only the simulated Pinterest fails. See how Pindrop reacts.'),
      this.#list,
      this.#error,
    );
    panel.open = BESIDE.matches;
    BESIDE.addEventListener('change', ({ matches }) => {
      panel.open = matches;
    });
    this.#root.append(panel);
    setInterval(() => this.show(this.#faults), 1000);
  }

  show(faults: FaultSwitch[]): void {
    this.#faults = faults;
    this.#root.hidden = faults.length === 0;
    for (const fault of faults) {
      const { toggle, note } = this.#items.get(fault.name) ?? this.#add(fault);
      const on = fault.on && (fault.until === undefined || fault.until > now());
      toggle.setAttribute('aria-checked', String(on));
      setText(note, on && fault.until !== undefined ? `On. It ends ${until(fault.until, now())}.` : fault.consequence);
    }
  }

  #add({ name, label, consequence }: FaultSwitch) {
    const note = element('span', { class: 'note', id: `fault-${name}` }, consequence);
    const toggle = element(
      'button',
      { type: 'button', role: 'switch', 'aria-describedby': note.id },
      element('span', { class: 'knob' }),
      label,
    );
    toggle.addEventListener('click', () => void this.#turn(name, toggle.getAttribute('aria-checked') !== 'true'));
    this.#list.append(element('li', {}, toggle, note));
    const item = { toggle, note };
    this.#items.set(name, item);
    return item;
  }

  async #turn(name: string, on: boolean): Promise<void> {
    setText(this.#error, '');
    try {
      this.show(await turnFault(name, on));
    } catch (error) {
      setText(this.#error, (error as Error).message);
    }
  }
}
