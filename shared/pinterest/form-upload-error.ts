export interface FormUploadErrorDetails {
  /** The side that failed: `source` is the object that is read, `sink` is the upload host. */
  side: 'source' | 'sink';
  /** The upload host's HTTP status; absent when it did not answer. */
  status?: number;
  /** `<Code>` of S3's error document, such as EntityTooLarge. */
  s3Code?: string;
  /** `<Message>` of S3's error document. */
  s3Message?: string;
}

/** Thrown when the upload host did not acknowledge a form upload. The message contains no form field. */
export class FormUploadError extends Error {
  override readonly name = 'FormUploadError';
  readonly side: 'source' | 'sink';
  readonly status: number | undefined;
  readonly s3Code: string | undefined;
  readonly s3Message: string | undefined;

  constructor(message: string, details: FormUploadErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.side = details.side;
    this.status = details.status;
    this.s3Code = details.s3Code;
    this.s3Message = details.s3Message;
  }
}
