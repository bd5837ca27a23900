import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type FunctionOptions, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledged-finding.ts';

export interface NodeFunctionProps extends FunctionOptions {
  /** Folder below functions/ that holds handler.ts. */
  folder: string;
  environment?: Record<string, string>;
}

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** A Lambda function of ours: its own bundle, its own log group, its own role. */
export class NodeFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, { folder, environment, ...props }: NodeFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // AWS's managed policy would let it write to every log group of the account.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    super(scope, id, {
      entry: `${PROJECT}functions/${folder}/handler.ts`,
      projectRoot: PROJECT,
      depsLockFilePath: `${PROJECT}package-lock.json`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(30),
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      role,
      bundling: {
        format: OutputFormat.ESM,
        minify: true,
        target: 'node24',
        // The bundle is the whole function: the same here as there, whatever SDK the runtime brings.
        bundleAwsSDK: true,
        mainFields: ['module', 'main'],
        // What is CommonJS among the dependencies asks for Node's modules with require.
        banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
      },
      environment: { POWERTOOLS_SERVICE_NAME: folder.split('/').at(-1) ?? folder, ...environment },
      ...props,
    });
    acknowledgeWildcard(role, '*', 'X-Ray has no resources that writing traces could be narrowed to.');
  }
}
