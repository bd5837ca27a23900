export interface FormUploadErrorDetails {
  /** Which of the two streams failed: the object that is read, or the host that is written to. */
  side: 'source' | 'sink';
  /** The upload host's HTTP status; absent when it did not answer. */
  status?: number;
  /** `<Code>` of S3's error document, such as EntityTooLarge. */
  s3Code?: string;
  /** `<Message>` of S3's error document. */
  s3Message?: string;
}

/** A form upload that was not acknowledged. Its message carries no form field. */
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
