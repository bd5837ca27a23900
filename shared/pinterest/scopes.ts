import type { PinterestOperation } from './pinterest-error.ts';

/** The OAuth scopes that each operation needs. @see Pinterest OpenAPI 5.23.0, security */
export const SCOPES_OF: Readonly<Record<PinterestOperation, readonly string[]>> = {
  media_create: ['pins:read', 'pins:write'],
  media_get: ['pins:read'],
  media_list: ['pins:read'],
  pins_create: ['boards:read', 'boards:write', 'pins:read', 'pins:write'],
  boards_list: ['boards:read'],
  boards_list_pins: ['boards:read', 'pins:read'],
  board_sections_list: ['boards:read'],
};

/** The scopes that media_create, media_get and media_list need. */
export const UPLOAD_SCOPES: readonly string[] = SCOPES_OF.media_create;

/** The scopes that publishing Pins needs, with those of the upload before it. */
export const PIN_SCOPES: readonly string[] = SCOPES_OF.pins_create;

/** The scopes of an operation as words, for a message. */
export function scopesInWords(operation: PinterestOperation): string {
  const scopes = [...SCOPES_OF[operation]];
  const last = scopes.pop() ?? '';
  return scopes.length === 0 ? last : `${scopes.join(', ')} and ${last}`;
}
