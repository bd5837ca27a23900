/** The page sends the console's key in this header, or in this query parameter where it cannot set headers. */
export const KEY_HEADER = 'x-console-key';
export const KEY_PARAMETER = 'key';
