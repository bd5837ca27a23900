/** A file to send from the page to the bucket. */
export interface Transfer {
  key: string;
  file: File;
  metadata: Record<string, string>;
  /** Transfers that the bucket must have before this one: the companions of a video. */
  after: Transfer[];
}
