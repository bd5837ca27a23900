import { endpointOf, type Service } from './endpoint.ts';
import { withRetries } from './retries.ts';
import { ServiceException, type ServiceExceptionClass } from './service-exception.ts';
import { bodyOf, sendSigned } from './signed-request.ts';

export interface JsonService extends Service {
  /** Before the operation's name in `X-Amz-Target`. */
  target: string;
  jsonVersion: '1.0' | '1.1';
  /** Classes of the exceptions that callers tell from others. */
  exceptions?: Record<string, ServiceExceptionClass>;
}

/** A request of a service that speaks AWS's JSON protocol. Its input and output are the service's own. */
export abstract class JsonCommand {
  abstract readonly operation: string;
  readonly input: object;

  constructor(input: object) {
    this.input = input;
  }
}

/**
 * A client of a service that speaks AWS's JSON protocol: one POST for each operation.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export abstract class JsonClient {
  protected abstract readonly service: JsonService;

  /** @throws ServiceException when the service answers with an error; Error when it does not answer */
  async send({ operation, input }: JsonCommand): Promise<unknown> {
    const { target, jsonVersion, signingName, exceptions = {} } = this.service;
    const { url } = endpointOf(this.service);
    return withRetries(async () => {
      const answer = await sendSigned({
        ...{ url, path: url.pathname, method: 'POST', signingName },
        headers: {
          'content-type': `application/x-amz-json-${jsonVersion}`,
          'x-amz-target': `${target}.${operation}`,
        },
        body: JSON.stringify(input),
      });
      const document = parsed(await bodyOf(answer));
      const status = answer.statusCode ?? 0;
      if (status === 200) {
        if (document) return document;
        throw new Error(`${url.host} answered ${operation} with something that is no JSON.`);
      }
      const { __type, code, message, Message } = (document ?? {}) as Record<string, string | undefined>;
      const name = errorName(answer.headers['x-amzn-errortype'] ?? __type ?? code) ?? `HTTP ${status}`;
      const Exception = exceptions[name] ?? ServiceException;
      throw new Exception(name, message ?? Message ?? `${operation} was answered ${status}.`, status);
    });
  }
}

/**
 * Some services name an error within its namespace, com.amazonaws.sqs#…, some with an address behind it.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html, Operation error serialization
 */
const errorName = (name: string | string[] | undefined) => name && /([^#:]+)(:|$)/.exec(String(name))?.[1];

/** AWS writes instants as seconds since 1970, in fields that end so. */
const INSTANT = /Date$/;

/** @returns undefined for what is no JSON: a gateway's page, say */
function parsed(body: Buffer): object | undefined {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString(), (name, value) =>
      INSTANT.test(name) && typeof value === 'number' ? new Date(value * 1000) : value,
    );
  } catch {
    return undefined;
  }
}
