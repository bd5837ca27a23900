/**
 * The command that signs in at Pinterest, for messages that ask an operator to do so.
 * @param account the name of the Pinterest account; undefined without the setting `accounts`
 */
export const signInCommand = (account?: string): string =>
  `npm run pindrop -- auth${account === undefined ? '' : ` --account ${account}`}`;
