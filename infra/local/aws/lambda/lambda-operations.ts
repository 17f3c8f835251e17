import type { FunctionConfiguration, GetFunctionConfigurationRequest, GetFunctionResponse, ListFunctionsRequest, ListFunctionsResponse } from '@aws-sdk/client-lambda';
import { jsonPage } from '../json-paging';
import { operation } from '../known-parameters';
import type { Place } from '../network';
import { AwsError, type Operations } from '../operation';
import type { LocalFunction } from './lambda-runtime';

const paging = { most: 50, badToken: { code: 'InvalidParameterValueException', message: 'The Marker is not valid' } };
const DEFAULT_TIMEOUT_SECONDS = 3;

/** Lambda: which functions are deployed. They are called by the workflow, queues and schedules of this process; Invoke is not implemented. AWS: "ListFunctions", "GetFunction". */
export function createLambda(functions: (place: Place) => readonly LocalFunction[]): Operations {
  const find = (place: Place, nameOrArn = ''): FunctionConfiguration => {
    const name = /(?:^|:)function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn.split(':')[0];
    const found = functions(place).find((one) => one.name === name);
    if (found === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: arn:aws:lambda:${place.region}:${place.account}:function:${name ?? ''}`, 404);
    return shown(place, found);
  };
  return {
    ListFunctions: operation<ListFunctionsRequest>(['MaxItems', 'Marker'], (input, call): ListFunctionsResponse => {
      const { items, next } = jsonPage(functions(call), { limit: input.MaxItems, token: input.Marker, key: ({ name }) => name }, paging);
      return { Functions: items.map((one) => shown(call, one)), ...(next === undefined ? {} : { NextMarker: next }) };
    }),
    GetFunction: operation<GetFunctionConfigurationRequest>(['FunctionName', 'Qualifier'], (input, call): GetFunctionResponse => ({ Configuration: find(call, input.FunctionName) })),
    GetFunctionConfiguration: operation<GetFunctionConfigurationRequest>(['FunctionName', 'Qualifier'], (input, call) => find(call, input.FunctionName)),
  };
}

function shown({ account, region }: Place, { name, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: LocalFunction): FunctionConfiguration {
  return {
    FunctionName: name,
    FunctionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
    Runtime: 'nodejs24.x',
    Role: `arn:aws:iam::${account}:role/${name}`,
    Handler: 'index.handler',
    Timeout: timeoutSeconds,
    MemorySize: 512,
    Version: '$LATEST',
    PackageType: 'Zip',
    Architectures: ['arm64'],
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}
