/** A problem that the user can fix. The message is a sentence that says how. */
export class OperationError extends Error {
  override readonly name: string = 'OperationError';
}
