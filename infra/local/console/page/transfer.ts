/** A file on its way from the page into the bucket. */
export interface Transfer {
  key: string;
  file: File;
  metadata: Record<string, string>;
}
