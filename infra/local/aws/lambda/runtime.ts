import { flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { InvocationAnswer, InvocationRequest } from './invocation.ts';

/**
 * Runs in the process of a function: loads the bundle and calls the handler for each event, as Lambda's Node runtime
 * does. The bundle's path and the handler's name are in environment variables, as on Lambda.
 */
const { LAMBDA_TASK_ROOT = '', _HANDLER = '', AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_MEMORY_SIZE } = process.env;
const [fileName, exportName = 'handler'] = _HANDLER.split('.');

const answer = (message: InvocationAnswer) => process.send?.(message);

function errorAnswer(error: unknown): InvocationAnswer {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'error', errorType: name, errorMessage: message };
}

async function loadHandler(): Promise<(event: unknown, context: unknown) => unknown> {
  for (const extension of ['mjs', 'js', 'cjs']) {
    const url = pathToFileURL(`${LAMBDA_TASK_ROOT}/${fileName}.${extension}`).href;
    const module = await import(url).catch((error: NodeJS.ErrnoException & { url?: string }) => {
      if (error.code === 'ERR_MODULE_NOT_FOUND' && error.url === url) return undefined;
      throw error;
    });
    if (module) return module[exportName];
  }
  throw new Error(`There is no ${_HANDLER} in the bundle.`);
}

function contextOf({ requestId, deadline }: InvocationRequest) {
  return {
    functionName: AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: process.env['AWS_LAMBDA_FUNCTION_ARN'],
    memoryLimitInMB: AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${AWS_LAMBDA_FUNCTION_NAME}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// A function must not outlive its stack.
process.on('disconnect', () => process.exit(0));

const handler = loadHandler();
handler.then(
  () => {
    // Node writes the cache when the process exits, but this process is killed.
    flushCompileCache();
    answer({ kind: 'ready' });
  },
  (error) => answer(errorAnswer(error)),
);

process.on('message', async (request: InvocationRequest) => {
  try {
    const result = await (await handler)(request.event, contextOf(request));
    answer({ kind: 'result', result: result ?? null });
  } catch (error) {
    answer(errorAnswer(error));
  }
});
