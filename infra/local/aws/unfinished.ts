/** Unfinished work on an event. */
export interface Unfinished {
  /** The rule target, queue or state machine that does the work. */
  where: string;
  /** The upload that the event is about; absent when the event is not about an upload. */
  uploadId?: string;
  /** Epoch milliseconds at which the work resumes; absent while it runs. */
  againAt?: number;
}

/** @param event JSON of the event as its subscribers receive it, or other JSON of a message or an execution's input */
export function unfinished(where: string, event: string, againAt: number | undefined): Unfinished {
  const uploadId = uploadIdOf(event);
  return { where, uploadId, againAt };
}

function uploadIdOf(event: string): string | undefined {
  try {
    const uploadId = JSON.parse(event).detail.uploadId;
    return typeof uploadId === 'string' ? uploadId : undefined;
  } catch {
    return undefined;
  }
}
