import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXAMPLE_NAMES } from '../../../../../infra/examples/example-names.ts';
import { readTemplate } from '../../../../../infra/local/aws/template/template.ts';
import { synthesized } from '../../../stack/synthesized.ts';

const place = { account: '000000000000', region: 'us-east-1', endpoint: 'http://127.0.0.1:1' };

async function read(template: object) {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-template-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'Pindrop.template.json'), JSON.stringify(template));
  return readTemplate(directory, 'Pindrop', place);
}

describe('readTemplate', () => {
  it('supports everything in the deployed template', async () => {
    const { outputs, resources } = await read(synthesized().toJSON());
    expect(outputs).toMatchObject({
      DropBucketName: 'pindrop-dropbucket',
      QueueUrl: 'http://127.0.0.1:1/000000000000/Pindrop-DropsQueue',
      StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:Pindrop-MediaStatusMachine',
    });
    expect(JSON.stringify(resources)).not.toMatch(/"(Ref|Fn::\w+)"/);
  });

  it('supports everything that the examples add', async () => {
    const { outputs } = await read(synthesized({ with: EXAMPLE_NAMES.join() }).toJSON());
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(['ResultsBucketName', 'SlackWebhookSecretArn']));
    expect(outputs['PublishPinStateMachineArn']).toMatch(/:stateMachine:Pindrop-PublishPin$/);
  });

  it('throws an error for an unsupported resource type', async () => {
    const Resources = { Table: { Type: 'AWS::DynamoDB::Table' } };
    await expect(read({ Resources })).rejects.toThrow('resource type AWS::DynamoDB::Table (Table)');
  });

  it('throws an error for an unsupported property', async () => {
    const Resources = { Queue: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } } };
    await expect(read({ Resources })).rejects.toThrow('property FifoQueue of AWS::SQS::Queue (Queue)');
  });

  it('throws an error for an unsupported function or an unknown reference', async () => {
    const queue = (DelaySeconds: unknown) => ({
      Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds } } },
    });
    await expect(read(queue({ 'Fn::ImportValue': 'x' }))).rejects.toThrow('Fn::ImportValue');
    await expect(read(queue({ Ref: 'Nothing' }))).rejects.toThrow('a reference to Nothing');
    await expect(read(queue({ 'Fn::GetAtt': ['Queue', 'Colour'] }))).rejects.toThrow('attribute Colour of Queue');
  });
});
