import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { isLaterAttempt } from '../../operations/later-attempt.ts';
import { retry } from '../../operations/retry-upload.ts';
import { type KnownUpload, recentUploads } from '../../operations/uploads.ts';
import type { Command, CommandPorts } from '../command.ts';

/** How many uploads are looked through for dead letters. */
const LOOKED_THROUGH = 1000;
/** Long enough to be sent and deleted; if we die in between, the message is there twice, which does no harm. */
const VISIBILITY_SECONDS = 60;

export const redriveCommand: Command = {
  usage: 'redrive',
  summary: `retries all dead letters: drops among the newest ${LOOKED_THROUGH} whose function died at every attempt, and events of examples`,
  takes: [0, 0],
  async run(_args, ports, output) {
    const uploads = await recentUploads(LOOKED_THROUGH, ports);
    for (const { upload } of uploads.filter((each) => each.deadLetter && !hasLaterAttempt(each, uploads))) {
      const uploadId = await retry(upload.uploadId, ports);
      output.print(output.json ? JSON.stringify({ uploadId, of: upload.uploadId }) : uploadId);
    }
    for (const [name, from] of Object.entries(ports.outputs)) {
      const [, of] = /^(.*)DeadLetterQueueUrl$/.exec(name) ?? [];
      const to = ports.outputs[`${of}QueueUrl`];
      if (of === undefined || to === undefined) continue;
      const moved = await move(from, to, ports);
      // Those of ours are only there for as long as report-dead-letter cannot report them.
      const what =
        of === '' ? 'that nobody had reported went back into the queue' : `went back into the queue of ${of}`;
      if (moved > 0) output.say(`${moved} ${what}.`);
    }
    return 0;
  },
};

const hasLaterAttempt = ({ upload }: KnownUpload, uploads: KnownUpload[]) =>
  uploads.some(({ upload: other }) => isLaterAttempt(other, upload));

/** @returns how many messages were moved */
async function move(from: string, to: string, { sqs }: CommandPorts): Promise<number> {
  for (let moved = 0; ; ) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: VISIBILITY_SECONDS,
        WaitTimeSeconds: 1,
      }),
    );
    if (Messages.length === 0) return moved;
    for (const { Body, ReceiptHandle } of Messages) {
      await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: Body }));
      await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
      moved++;
    }
  }
}
