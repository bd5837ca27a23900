import type { DatabaseSync } from 'node:sqlite';
import type { AccessKey } from './access-key.ts';
import type { LocalEndpoint } from './endpoint.ts';
import type { Observe } from './observation.ts';
import type { StackEnvironment } from './template/stack-environment.ts';
import type { Resource } from './template/template.ts';
import type { Unfinished } from './unfinished.ts';

/** The parameters with which every service of a local stack starts. */
export interface StackContext {
  /** The resources of a CloudFormation type in the stack's template. */
  ofType(type: string): Resource[];
  environment: StackEnvironment;
  /** Services register their request handlers at this endpoint. */
  endpoint: LocalEndpoint;
  accessKey: AccessKey;
  /** Directory that `cdk synth` wrote. */
  assemblyDirectory: string;
  stateDirectory: string;
  database: DatabaseSync;
  observe: Observe;
}

/** A service of a local stack that has started. */
export interface LocalService {
  /** Continues the work that the previous process left unfinished. Called after all services have started. */
  recover?(): Promise<void> | void;
  /** The unfinished work of the service. */
  unfinished?(): Unfinished[];
  /** Interrupts all work of the service. The next start continues it. */
  stop?(): Promise<void> | void;
}
