/**
 * @param stateMachineArn `arn:…:states:region:account:stateMachine:machine`
 * @param name the execution's name; for the machine `media-status`, the upload id
 * @returns `arn:…:states:region:account:execution:machine:name`
 */
export const executionArn = (stateMachineArn: string, name: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
