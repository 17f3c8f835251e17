import type {
  CreateStateMachineInput,
  DeleteStateMachineInput,
  DescribeStateMachineForExecutionInput,
  DescribeStateMachineInput,
  ListStateMachinesInput,
  ListTagsForResourceInput,
  UpdateStateMachineInput,
} from '@aws-sdk/client-sfn';
import { operation } from '../aws/known-parameters';
import { AwsError, type Call, type Operations, type World } from '../aws/operation';
import { uuid } from '../aws/uuid';
import { checkName, findExecution, findMachine, pageOf } from './find-records';
import { definitionOf, type Machine, type StateRecords } from './records';
import { checkDefinition } from './supported-definition';

interface Parts {
  readonly world: Pick<World, 'random'>;
  readonly records: StateRecords;
}

const SHOWN = ['loggingConfiguration', 'tracingConfiguration', 'encryptionConfiguration'] as const;

/** State machines; standard ones only. AWS: AWS Step Functions API reference. */
export function machineOperations({ world, records }: Parts): Operations {
  return {
    CreateStateMachine: operation<CreateStateMachineInput>(['name', 'definition', 'roleArn', 'type', 'tags', ...SHOWN], (input, call) => createMachine({ world, records }, input, call)),
    UpdateStateMachine: operation<UpdateStateMachineInput>(['stateMachineArn', 'definition', 'roleArn', ...SHOWN], ({ stateMachineArn: arn, definition, roleArn, ...shown }, call) => {
      const machine = findMachine(records, arn);
      if (definition !== undefined) checkDefinition(definition);
      const revisionId = uuid(world.random);
      records.machines.set(machine.arn, { ...machine, definition: definition ?? machine.definition, roleArn: roleArn ?? machine.roleArn, shown: { ...machine.shown, ...shown }, updatedAt: call.now, revisionId });
      return { updateDate: new Date(call.now), revisionId };
    }),
    DescribeStateMachine: operation<DescribeStateMachineInput>(['stateMachineArn'], ({ stateMachineArn: arn }) => showMachine(findMachine(records, arn))),
    DescribeStateMachineForExecution: operation<DescribeStateMachineForExecutionInput>(['executionArn'], ({ executionArn }) => {
      const execution = findExecution(records, executionArn);
      const machine = findMachine(records, execution.machineArn);
      return { stateMachineArn: machine.arn, name: machine.name, definition: JSON.stringify(definitionOf(records, execution)), roleArn: machine.roleArn, updateDate: new Date(machine.updatedAt), ...machine.shown };
    }),
    ListStateMachines: operation<ListStateMachinesInput>(['maxResults', 'nextToken'], (page, call) => {
      const own = records.machines.values().filter(({ account, region }) => account === call.account && region === call.region);
      const { items, next } = pageOf(own, page);
      return { stateMachines: items.map(({ arn, name, createdAt }) => ({ stateMachineArn: arn, name, type: 'STANDARD', creationDate: new Date(createdAt) })), ...next };
    }),
    ListTagsForResource: operation<ListTagsForResourceInput>(['resourceArn'], ({ resourceArn: arn }) => ({ tags: findMachine(records, arn).tags })),
    DeleteStateMachine: operation<DeleteStateMachineInput>(['stateMachineArn'], ({ stateMachineArn: arn = '' }) => {
      const isBusy = records.executions.values().some(({ machineArn, status }) => machineArn === arn && status === 'RUNNING');
      if (isBusy) throw new AwsError('UnsupportedOperation', 'The local Step Functions does not delete a state machine that has running executions');
      records.machines.delete(arn);
      return {};
    }),
  };
}

function createMachine({ world, records }: Parts, { name = '', definition = '', roleArn = '', type, tags = [], ...shown }: CreateStateMachineInput, { account, region, now }: Call): object {
  checkName(name);
  if (type === 'EXPRESS') throw new AwsError('StateMachineTypeNotSupported', 'The local Step Functions has STANDARD state machines only');
  const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
  const existing = records.machines.get(arn);
  if (existing !== undefined) return sameAs(existing, { definition, roleArn });
  checkDefinition(definition);
  records.machines.set(arn, { arn, name, account, region, definition, roleArn, createdAt: now, updatedAt: now, revisionId: uuid(world.random), shown, tags });
  return { stateMachineArn: arn, creationDate: new Date(now) };
}

/** AWS: CreateStateMachine is idempotent. */
function sameAs(machine: Machine, { definition, roleArn }: Pick<Machine, 'definition' | 'roleArn'>): object {
  if (machine.definition !== definition || machine.roleArn !== roleArn) throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${machine.arn}'`);
  return { stateMachineArn: machine.arn, creationDate: new Date(machine.createdAt) };
}

function showMachine({ arn, name, definition, roleArn, createdAt, revisionId, shown }: Machine): object {
  return { stateMachineArn: arn, name, status: 'ACTIVE', definition, roleArn, type: 'STANDARD', creationDate: new Date(createdAt), revisionId, ...shown };
}
