/** Work on an event that is not done. */
export interface Unfinished {
  /** Rule target, queue or state machine that has it. */
  where: string;
  /** The event's upload; absent when the event is not about an upload. */
  uploadId?: string;
  /** Epoch milliseconds at which the work resumes; absent while it runs. */
  againAt?: number;
}

/** @param event JSON as its subscribers get it; a message or an execution's input may be other JSON */
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
