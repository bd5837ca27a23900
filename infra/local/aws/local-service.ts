import type { DatabaseSync } from 'node:sqlite';
import type { AccessKey } from './access-key.ts';
import type { LocalEndpoint } from './endpoint.ts';
import type { Observe } from './observation.ts';
import type { StackEnvironment } from './template/stack-environment.ts';
import type { Resource } from './template/template.ts';
import type { Unfinished } from './unfinished.ts';

/** What every service of a local stack starts with. */
export interface StackContext {
  /** The resources of a CloudFormation type in the stack's template. */
  ofType(type: string): Resource[];
  environment: StackEnvironment;
  /** Where each service registers what it answers. */
  endpoint: LocalEndpoint;
  accessKey: AccessKey;
  /** What `cdk synth` wrote. */
  assemblyDirectory: string;
  stateDirectory: string;
  database: DatabaseSync;
  observe: Observe;
}

/** A service of a local stack that has started. */
export interface LocalService {
  /** Continues what the process before left. Called once all services have started. */
  recover?(): Promise<void> | void;
  /** What is still to be done. */
  unfinished?(): Unfinished[];
  /** Ends everything where it is. */
  stop?(): Promise<void> | void;
}
