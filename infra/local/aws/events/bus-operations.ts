import type { CreateEventBusRequest, DeleteEventBusRequest, DescribeEventBusRequest, ListEventBusesRequest } from '@aws-sdk/client-eventbridge';
import { operation } from '../known-parameters';
import { AwsError, type Operations } from '../operation';
import { busArn, findBus, lookUpBus, pageOf, type Bus, type EventRecords } from './records';

/** Event buses. AWS: Amazon EventBridge API reference. */
export function busOperations(records: EventRecords): Operations {
  return {
    CreateEventBus: operation<CreateEventBusRequest>(['Name', 'Description'], ({ Name: name = '', Description: description }, { account, region, now }) => {
      if (!/^[.\-_A-Za-z0-9]{1,256}$/.test(name) || name === 'default') throw new AwsError('ValidationException', `Event bus name ${name} is not valid.`);
      const arn = busArn({ account, region }, name);
      if (records.buses.has(arn)) throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      records.buses.set(arn, { arn, name, account, region, description, createdAt: now });
      return { EventBusArn: arn, ...(description !== undefined && { Description: description }) };
    }),
    DescribeEventBus: operation<DescribeEventBusRequest>(['Name'], ({ Name: name }, call) => showBus(findBus(records, call, name))),
    ListEventBuses: operation<ListEventBusesRequest>(['NamePrefix', 'NextToken', 'Limit'], ({ NamePrefix: prefix = '', ...page }, call) => {
      const implied = lookUpBus(records, call, 'default');
      const made = records.buses.values().filter(({ account, region }) => account === call.account && region === call.region);
      const { items, next } = pageOf([...(implied === undefined ? [] : [implied]), ...made].filter(({ name }) => name.startsWith(prefix)), page);
      return { EventBuses: items.map(showBus), ...next };
    }),
    DeleteEventBus: operation<DeleteEventBusRequest>(['Name'], ({ Name: name = '' }, call) => {
      if (name === 'default') throw new AwsError('ValidationException', 'Cannot delete event bus default.');
      const arn = busArn(call, name);
      if (records.rules.values().some((rule) => rule.busArn === arn)) throw new AwsError('ValidationException', `Event bus ${name} has rules.`);
      records.buses.delete(arn);
      return {};
    }),
  };
}

function showBus({ name, arn, description, createdAt }: Bus): object {
  return { Name: name, Arn: arn, ...(description !== undefined && { Description: description }), ...(createdAt > 0 && { CreationTime: new Date(createdAt), LastModifiedTime: new Date(createdAt) }) };
}
