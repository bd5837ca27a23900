import type { RequestListener } from 'node:http';
import type { Resource } from '../template/template.ts';
import type { LocalFunction } from './local-function.ts';

/**
 * The operations of Lambda's API that the operator's command uses: ListEventSourceMappings and GetFunctionConfiguration.
 * @see https://docs.aws.amazon.com/lambda/latest/api
 */
export function lambdaApi(functions: Map<string, LocalFunction>, mappings: Resource[]): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://lambda');
    const answer = (status: number, body: object, headers: object = {}) =>
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
    const refuse = (status: number, type: string, Message: string) =>
      answer(status, { Type: 'User', Message }, { 'x-amzn-ErrorType': type });
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/.exec(pathname) ?? [];
    if (request.method === 'GET' && name !== undefined) {
      const fn = functions.get(decodeURIComponent(name));
      if (!fn) return refuse(404, 'ResourceNotFoundException', `There is no function ${name}.`);
      const { name: FunctionName, arn: FunctionArn, environment: Variables } = fn.definition;
      return answer(200, { FunctionName, FunctionArn, Environment: { Variables } });
    }
    if (request.method === 'GET' && /^\/2015-03-31\/event-source-mappings\/?$/.test(pathname)) {
      const queueArn = searchParams.get('EventSourceArn');
      const found = mappings.filter(({ properties }) => queueArn === null || properties['EventSourceArn'] === queueArn);
      return answer(200, {
        EventSourceMappings: found.map(({ properties: { EventSourceArn, FunctionName } }) => ({
          EventSourceArn,
          FunctionArn: functions.get(FunctionName)?.definition.arn,
        })),
      });
    }
    return refuse(400, 'UnknownOperationException', `${request.method} ${pathname} is not known on this machine.`);
  };
}
