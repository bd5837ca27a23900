import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, type FunctionOptions, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { serviceOfThisAccount } from '../service-trust.ts';
import { acknowledgeWildcard } from './acknowledged-finding.ts';
import { environmentProblems } from './environment-room.ts';
import { SOURCE_MAPS, sourceMapPath } from './source-maps.ts';

export interface NodeFunctionProps extends FunctionOptions {
  /** Folder below functions/ that holds handler.ts. */
  folder: string;
  environment?: Record<string, string>;
}

/**
 * The credential providers that bundles leave out. The SDK imports them only when the environment contains no
 * credentials. Lambda always sets AWS_ACCESS_KEY_ID and the related variables. The providers make up to a quarter of a
 * bundle, and every cold start would parse them.
 */
const OTHER_CREDENTIAL_PROVIDERS = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@aws-sdk/token-providers',
  '@smithy/credential-provider-imds',
];

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * A test run sets this variable to a directory. The first synth keeps its bundles there, and the other synths use them.
 */
const KEPT_BUNDLES = process.env['PINDROP_BUNDLES'];

/**
 * The directory of the bundles that exist already, in a folder for each function. The npm package contains bundles that
 * this construct made. A checkout has none, and bundles the functions at each synth.
 */
const BUNDLES = KEPT_BUNDLES ?? join(PROJECT, 'functions');

/** A shell command that moves a source map out of the bundle. `pindrop where` never reads a part of it. */
const keepSourceMap = (map: string, folder: string) =>
  `mkdir -p "${SOURCE_MAPS}" && cd "${SOURCE_MAPS}" && gzip -c "${map}" > $$.gz && mv $$.gz "${sourceMapPath(folder)}" && rm "${map}"`;

/** A shell command that keeps a bundle. Another synth that runs at the same time sees the whole file or none. */
const keepBundle = (bundle: string, folder: string) =>
  `cd "${KEPT_BUNDLES}" && mkdir -p "${folder}" && cp "${bundle}" $$.js && mv $$.js "${folder}/index.js"`;

/** A Lambda function with its own bundle, log group and role. */
export class NodeFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, { folder, environment, ...props }: NodeFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // The managed policy of AWS would let the function write to every log group of the account.
    const role = new Role(scope, `${id}Role`, { assumedBy: serviceOfThisAccount(scope, 'lambda') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    const prebuilt = join(BUNDLES, folder);
    super(scope, id, {
      ...(existsSync(join(prebuilt, 'index.js')) && { code: Code.fromAsset(prebuilt), handler: 'index.handler' }),
      entry: `${PROJECT}functions/${folder}/handler.ts`,
      projectRoot: PROJECT,
      depsLockFilePath: `${PROJECT}package-lock.json`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(30),
      // At 128 MB a function has 0.07 CPUs, and connecting takes longer than waiting for the response. Functions that
      // only make requests use about 65 MiB after their start. The memory costs a hundredth of the state machine's
      // transitions.
      memorySize: 256,
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      role,
      bundling: {
        // CommonJS: an ES module that imports node:http loads all its exports, fetch included. A cold start takes 20 ms
        // longer.
        format: OutputFormat.CJS,
        minify: true,
        target: 'node24',
        // Move the source maps out of the bundle's folder, where every cold start would read them. `pindrop where`
        // reads them from SOURCE_MAPS.
        sourceMap: true,
        sourceMapMode: SourceMapMode.EXTERNAL,
        // Only positions are looked up in a source map. With the sources it would be ten times as large as the bundle.
        sourcesContent: false,
        logLevel: LogLevel.WARNING,
        commandHooks: {
          beforeInstall: () => [],
          beforeBundling: () => [],
          afterBundling: (_input, output) => [
            keepSourceMap(`${output}/index.js.map`, folder),
            ...(KEPT_BUNDLES ? [keepBundle(`${output}/index.js`, folder)] : []),
          ],
        },
        // Bundle the SDK, so that its version is the same in local tests and on Lambda.
        bundleAwsSDK: true,
        externalModules: OTHER_CREDENTIAL_PROVIDERS,
        mainFields: ['module', 'main'],
      },
      environment: {
        POWERTOOLS_SERVICE_NAME: folder.split('/').at(-1) ?? folder,
        ...environment,
      },
      ...props,
    });
    this.node.addValidation({ validate: () => environmentProblems(this, folder) });
    acknowledgeWildcard(role, '*', 'X-Ray has no resources that writing traces could be narrowed to.');
  }
}
