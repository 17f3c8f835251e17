import { StateMachine, type StateMachineDefinition as LibraryDefinition } from 'aws-local-stepfunctions';
import { AwsError } from '../aws/operation';

/** The members that both interpreters know, by the type of a state. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  Task: ['Resource', 'TimeoutSeconds', 'Parameters', 'ResultSelector', 'ResultPath', 'Retry', 'Catch'],
  Choice: ['Choices', 'Default'],
  Pass: ['Result', 'Parameters', 'ResultPath'],
  Wait: ['Seconds'],
  Succeed: [],
  Fail: ['Error', 'Cause'],
};

const EVERYWHERE = ['Type', 'Comment', 'Next', 'End'];

/**
 * Checks a definition as CreateStateMachine gets it. Throws `InvalidDefinition` for one that is none, and `UnsupportedOperation` with its name for a part of the
 * language that is not implemented here.
 */
export function checkDefinition(text: string): void {
  const definition = parse(text);
  try {
    // The validator writes defaults into what it is given.
    void new StateMachine(structuredClone(definition) as unknown as LibraryDefinition);
  } catch (error) {
    throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${error instanceof Error ? error.message : String(error)}'`);
  }
  refuseUnknown('the definition', definition, ['Comment', 'StartAt', 'States', 'Version']);
  for (const [name, state] of Object.entries(definition['States'] as Record<string, Record<string, unknown>>)) checkState(name, state);
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new AwsError('InvalidDefinition', "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: not valid JSON'");
  }
}

function checkState(name: string, state: Readonly<Record<string, unknown>>): void {
  const type = String(state['Type']);
  const members = MEMBERS[type];
  if (members === undefined) throw new AwsError('UnsupportedOperation', `The local Step Functions does not implement states of type ${type} (${name})`);
  refuseUnknown(`the state ${name}`, state, [...EVERYWHERE, ...members]);
  if (type === 'Task' && !/^arn:[^:]+:lambda:[^:]*:\d{12}:function:/.test(String(state['Resource']))) {
    throw new AwsError('UnsupportedOperation', `The local Step Functions calls functions by their plain ARN only, not ${String(state['Resource'])} (${name})`);
  }
}

function refuseUnknown(where: string, object: object, known: readonly string[]): void {
  const strange = Object.keys(object).find((name) => !known.includes(name));
  if (strange !== undefined) throw new AwsError('UnsupportedOperation', `The local Step Functions does not implement ${strange} in ${where}`);
}
