/** An answer of AWS that is an error. */
export class ServiceException extends Error {
  readonly $metadata: { httpStatusCode: number };

  /** @param code AWS's name of the error, such as `ExecutionDoesNotExist` */
  constructor(code: string, message: string, httpStatusCode: number) {
    super(message);
    this.name = code;
    this.$metadata = { httpStatusCode };
  }
}

export type ServiceExceptionClass = new (
  ...parameters: ConstructorParameters<typeof ServiceException>
) => ServiceException;
