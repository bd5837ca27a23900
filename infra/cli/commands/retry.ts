import { NotRetryableError, retry } from '../../operations/retry-upload.ts';
import type { Command } from '../command.ts';

export const retryCommand: Command = {
  usage: 'retry UPLOAD_ID|s3://bucket/key …',
  summary: 'tries failed uploads again, or uploads objects as they are now; prints the new upload ids',
  takes: [1, Number.POSITIVE_INFINITY],
  async run(whats, ports, output) {
    let code: 0 | 1 = 0;
    for (const what of whats) {
      try {
        const uploadId = await retry(what, ports);
        output.print(output.json ? JSON.stringify({ uploadId, of: what }) : uploadId);
      } catch (error) {
        if (!(error instanceof NotRetryableError)) throw error;
        output.say(error.message);
        code = 1;
      }
    }
    return code;
  },
};
