/** Something that is still to be done with an event. */
export interface Unfinished {
  /** The rule's target, queue or state machine that has it. */
  where: string;
  /** The upload that the event is about; absent when it is about none. */
  uploadId?: string;
  /** When it is gone on with, in milliseconds since 1970; absent when it is being done. */
  againAt?: number;
}

/** @param event as its subscribers get it; a message or an execution's input may be anything else */
export function unfinished(where: string, event: string, againAt: number | undefined): Unfinished {
  const uploadId = uploadIdOf(event);
  return { where, ...(uploadId === undefined ? {} : { uploadId }), ...(againAt === undefined ? {} : { againAt }) };
}

function uploadIdOf(event: string): string | undefined {
  try {
    const uploadId = JSON.parse(event).detail.uploadId;
    return typeof uploadId === 'string' ? uploadId : undefined;
  } catch {
    return undefined;
  }
}
