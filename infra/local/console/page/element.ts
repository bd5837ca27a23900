type Child = Node | string | undefined;

interface Attributes {
  class?: string;
  [name: string]: string | boolean | undefined;
}

/**
 * Makes an element. Text stays text, so that a file name cannot become markup.
 * @param attributes undefined and false values are left out
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** Finds an element of index.html. @throws Error when it does not exist or is of another kind */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} #${id}.`);
  return found;
}

/** Sets the text if it differs. Unchanged text is not announced or painted again, and a selection in it stays. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'button', ...attributes }, label);
  made.addEventListener('click', act);
  return made;
}
