import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { outputsOfTags } from '../../../../infra/output-tags.ts';
import { Pindrop, type PindropProps } from '../../../../infra/stack/pindrop.ts';
import { synthesized } from '../synthesized.ts';

const ACCOUNTS = { 'brand-a': { prefix: 'brand-a/' }, 'brand-b': { prefix: 'b b/' } };
const template = synthesized({ accounts: JSON.stringify(ACCOUNTS), with: 'publish-pin' });

/** Replaces references to resources by their logical ids, without CDK's hashes. */
const plain = (value: unknown) =>
  JSON.stringify(value).replace(/\{"(?:Ref|Fn::GetAtt)":\[?"([\w:]+?)([0-9A-F]{8})?"(?:,"\w+")?\]?\}/g, '"$1"');

const environments = Object.entries(template.findResources('AWS::Lambda::Function')).map(
  ([id, { Properties }]) => [id.slice(0, -8), Properties.Environment?.Variables ?? {}] as const,
);

describe('a stack with several accounts', () => {
  it('has a secret, a rotation with its own function, and a gate for each', () => {
    template.resourceCountIs('AWS::SecretsManager::Secret', 2);
    template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 2);
    const rotations = Object.values(template.findResources('AWS::SecretsManager::RotationSchedule'));
    expect(rotations.map(({ Properties }) => plain([Properties.SecretId, Properties.RotationLambdaARN]))).toEqual([
      '["AccountbrandaToken","AccountbrandaTokenRotationRotateToken"]',
      '["AccountbrandbToken","AccountbrandbTokenRotationRotateToken"]',
    ]);
    // Two gates, and the processing times of recent files.
    template.resourceCountIs('AWS::SSM::Parameter', 3);
  });

  it('tells the functions about the accounts', () => {
    const expected =
      '{\\"brand-a\\":{\\"prefix\\":\\"brand-a/\\",\\"secret\\":\\"","AccountbrandaToken","\\",\\"gate\\":\\"","AccountbrandaRateLimitGate","\\"},' +
      '\\"brand-b\\":{\\"prefix\\":\\"b b/\\",\\"secret\\":\\"","AccountbrandbToken","\\",\\"gate\\":\\"","AccountbrandbRateLimitGate","\\"}}';
    const told = environments.flatMap(([id, { ACCOUNTS: value }]) => (value === undefined ? [] : [[id, plain(value)]]));
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(
        ['Ingest', 'MediaStatusPoll', 'ReportDeadLetter', 'PublishPinPublish'].map((id) => [
          id,
          `{"Fn::Join":["",["${expected}"]]}`,
        ]),
      ),
    );
    const names = environments.flatMap(([, variables]) => Object.keys(variables));
    expect(names).not.toContain('TOKEN_SECRET_ARN');
    expect(names).not.toContain('RATE_LIMIT_PARAMETER');
    const rotating = environments.flatMap(([, { ACCOUNT }]) => ACCOUNT ?? []);
    expect(rotating).toEqual(['brand-a', 'brand-b']);
  });

  it('is notified of the keys of each account, and of no others', () => {
    const [{ Properties } = { Properties: undefined }] = Object.values(
      template.findResources('Custom::S3BucketNotifications'),
    );
    const filters = Properties?.NotificationConfiguration.QueueConfigurations.map(
      (each: { Filter: { Key: { FilterRules: { Value: string }[] } } }) => each.Filter.Key.FilterRules[0]?.Value,
    );
    // S3 compares the filter with the URL-encoded key.
    expect(filters).toEqual(['brand-a/', 'b+b/']);
  });

  it('has the output Accounts, and the first secret as TokenSecretArn', () => {
    const { Accounts, TokenSecretArn } = template.toJSON().Outputs;
    expect(plain(Accounts.Value)).toBe(
      '{"Fn::Join":["",["{\\"brand-a\\":\\"","AccountbrandaToken","\\",\\"brand-b\\":\\"","AccountbrandbToken","\\"}"]]}',
    );
    expect(plain(TokenSecretArn.Value)).toBe('"AccountbrandaToken"');
  });

  it.each([
    ['RefusedToken', 'TokenRefused'],
    ['EndingToken', 'TokenDaysLeft'],
  ])('raises %s for the account that it names', (id, MetricName) => {
    for (const account of ['brand-a', 'brand-b']) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName,
        Dimensions: [
          { Name: 'account', Value: account },
          { Name: 'service', Value: 'Pindrop' },
        ],
        AlarmDescription: Match.stringLikeRegexp(`^${account}: .*auth --account ${account}\`.*#`),
      });
    }
    const alarms = template.findResources('AWS::CloudWatch::Alarm', { Properties: { MetricName } });
    expect(Object.keys(alarms).map((alarm) => alarm.slice(0, -8))).toEqual([
      `Monitoring${id}branda`,
      `Monitoring${id}brandb`,
    ]);
  });

  it("raises FailedRotation for the errors of the account's own function", () => {
    const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm')).filter(([id]) =>
      id.includes('FailedRotation'),
    );
    expect(alarms.map(([, { Properties }]) => plain(Properties.Dimensions[0].Value))).toEqual([
      '"AccountbrandaTokenRotationRotateToken"',
      '"AccountbrandbTokenRotationRotateToken"',
    ]);
  });

  it('fits into the environment of a function, or stops the synth', () => {
    const brands = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`brand-${n}`, { prefix: `brand-${n}/` }]));
    expect(() => synthesized({ accounts: brands(12) })).not.toThrow();
    expect(() => synthesized({ accounts: brands(40) })).toThrow(
      / About 1[2-4] of the 40 accounts in the setting accounts fit: use shorter names and prefixes, or a second Pindrop/,
    );
    const long = Object.fromEntries(
      Object.keys(brands(8)).map((name) => [name.padEnd(30, '-'), { prefix: `${name}/${'p'.repeat(200)}` }]),
    );
    expect(() => synthesized({ accounts: long })).toThrow(/Lambda allows only 4096\. About \d of the 8 accounts/);
    const pinDefaults = {
      all: { board: 'Brand', description: 'd'.repeat(450), link: `https://e.com/${'l'.repeat(1400)}` },
    };
    expect(() => synthesized({ pinDefaults, with: 'publish-pin' })).not.toThrow();
    expect(() => synthesized({ pinDefaults, with: 'publish-pin', accounts: brands(12) })).toThrow(
      /^Validation failed with the following errors:\n.* ingest needs up to \d+ bytes \(ACCOUNTS \d+ and PIN_DEFAULTS \d+\)/,
    );
  });
});

describe('the construct with several accounts', () => {
  function construct(more: (stack: Stack) => PindropProps = () => ({})) {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Videos');
    return { stack, pindrop: new Pindrop(stack, 'Brands', { settings: { accounts: ACCOUNTS }, ...more(stack) }) };
  }

  it('uses and rotates the secrets that are given', () => {
    const { stack, pindrop } = construct((scope) => ({ tokenSecrets: { 'brand-b': new Secret(scope, 'Theirs') } }));
    expect(pindrop.accounts.map(({ name }) => name)).toEqual(['brand-a', 'brand-b']);
    const created = Object.keys(Template.fromStack(stack).findResources('AWS::SecretsManager::Secret'));
    expect(created.map((id) => id.slice(0, -8)).sort()).toEqual(['BrandsAccountbrandaToken', 'Theirs']);
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      SecretId: { Ref: Match.stringLikeRegexp('^Theirs') },
    });
  });

  it.each<[string, (stack: Stack) => PindropProps, string]>([
    [
      'tokenSecret beside accounts',
      (scope) => ({ tokenSecret: new Secret(scope, 'Theirs') }),
      'tokenSecret cannot be used with the setting accounts: give tokenSecrets',
    ],
    [
      'a secret of an unknown account',
      (scope) => ({ tokenSecrets: { 'brand-c': new Secret(scope, 'Theirs') } }),
      'tokenSecrets names brand-c, which the setting accounts does not contain',
    ],
    [
      'tokenSecrets without accounts',
      (scope) => ({ settings: {}, tokenSecrets: { 'brand-a': new Secret(scope, 'Theirs') } }),
      'tokenSecrets names brand-a',
    ],
  ])('stops at %s', (_, more, message) => {
    expect(() => construct(more)).toThrow(message);
  });

  it('grantDrop allows the keys of every account, or of one', () => {
    const resources = (account?: string) => {
      const { stack, pindrop } = construct();
      const id = `Editor${account?.replace('-', '') ?? 'OfAll'}`;
      const role = new Role(stack, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
      pindrop.grantDrop(role, { account });
      const policies = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
      const [, policy] = policies.find(([logicalId]) => logicalId.startsWith(`${id}DefaultPolicy`)) ?? [];
      const statements: { Resource: unknown }[] = policy?.Properties.PolicyDocument.Statement ?? [];
      return statements.map(({ Resource }) => plain(Resource).match(/\/(.*)\*/)?.[1]);
    };
    expect(resources('brand-b')).toEqual(['b b/']);
    expect(resources()).toEqual(['brand-a/', 'b b/']);
    expect(() => resources('brand-c')).toThrow('does not contain brand-c');
  });

  it('is found by the tags of its state machine, which fit into 256 characters each', () => {
    const [machine] = Object.values(
      Template.fromStack(construct().stack).findResources('AWS::StepFunctions::StateMachine'),
    );
    const tags: { Key: string; Value: unknown }[] = machine?.Properties.Tags ?? [];
    const outputs = outputsOfTags(tags.map(({ Key, Value }) => ({ key: Key, value: plain(Value) })));
    expect(JSON.parse(outputs['Accounts'] ?? '')).toEqual({
      'brand-a': '"BrandsAccountbrandaToken"',
      'brand-b': '"BrandsAccountbrandbToken"',
    });
    expect(outputs).toMatchObject({ Path: '"Brands"', TokenSecretArn: '"BrandsAccountbrandaToken"' });
    expect(Object.keys(outputs).filter((name) => name.startsWith('Account:'))).toEqual([]);
  });
});
