/**
 * Characters that a terminal interprets instead of displaying: C0, DEL and C1 controls, line and paragraph separators,
 * and bidirectional controls, which change the direction of text. Whoever may put an object chooses its key, so a key
 * can contain any of these characters.
 * @see https://cwe.mitre.org/data/definitions/150.html
 * @see https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Makes text safe to write to a terminal as one line.
 * Replaces each control character with its JSON escape, such as `\n` or `\u001b`. A line of JSON keeps its meaning.
 */
export const escapeControls = (text: string): string => text.replace(CONTROLS, escaped);

function escaped(control: string): string {
  const json = JSON.stringify(control).slice(1, -1);
  return json === control ? `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}` : json;
}
