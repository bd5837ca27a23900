import { PIN_SCOPES, UPLOAD_SCOPES } from '../../shared/pinterest/scopes.ts';
import type { StackLocation } from './stack-location.ts';

/**
 * The scopes that a sign-in asks for: those of boards only if the stack makes Pins. On this machine, `npm start --with
 * publish-pin` may use the token at any time.
 * @param stack undefined for the stack on this machine
 */
export const signInScopes = (stack: Pick<StackLocation, 'outputs'> | undefined): readonly string[] =>
  stack === undefined || 'PublishPinStateMachineArn' in stack.outputs ? PIN_SCOPES : UPLOAD_SCOPES;
