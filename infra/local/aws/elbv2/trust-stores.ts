import type { CreateTrustStoreInput, CreateTrustStoreOutput, DeleteTrustStoreInput, DeleteTrustStoreOutput, DescribeTrustStoresInput, DescribeTrustStoresOutput, TrustStore } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import { arnPrefix, hash, isIn } from './names';
import { page } from './paging';
import { validationError } from './refusals';
import type { Elbv2, TrustStoreRecord } from './state';

/** Trust stores by name and ARN; the bundle in S3 is not read, it counts as one certificate. AWS: "CreateTrustStore". */
export function trustStoreOperations({ state, world }: Elbv2): Operations {
  const visible = (call: Call) => state.trustStores.values().filter(({ arn }) => isIn(call, arn));
  const create = (input: CreateTrustStoreInput, call: Call): CreateTrustStoreOutput => {
    const { Name: name = '' } = input;
    if (!/^([a-zA-Z0-9]+-)*[a-zA-Z0-9]+$/.test(name) || name.length > 32) throw validationError(`Trust store name '${name}' is not valid`);
    if (visible(call).some((store) => store.name === name)) throw new AwsError('DuplicateTrustStoreName', `A trust store with the name '${name}' exists`);
    const record: TrustStoreRecord = { arn: `${arnPrefix(call)}truststore/${name}/${hash(world.random)}`, name, certificates: 1 };
    state.trustStores.set(record.arn, record);
    return { TrustStores: [shown(record)] };
  };
  const describe = (input: DescribeTrustStoresInput, call: Call): DescribeTrustStoresOutput => {
    const { items, ...next } = page(selected(visible(call), input), input, ({ arn }) => arn);
    return { TrustStores: items.map(shown), ...next };
  };
  const remove = (input: DeleteTrustStoreInput, call: Call): DeleteTrustStoreOutput => {
    const arn = input.TrustStoreArn ?? '';
    if (!visible(call).some((store) => store.arn === arn)) throw notFound(arn);
    const isUsed = state.listeners.values().some(({ mutualAuthentication }) => mutualAuthentication?.TrustStoreArn === arn);
    if (isUsed) throw new AwsError('TrustStoreInUse', `Trust store '${arn}' is currently in use by a listener`);
    state.trustStores.delete(arn);
    return {};
  };
  return { CreateTrustStore: create, DescribeTrustStores: describe, DeleteTrustStore: remove };
}

function selected(visible: readonly TrustStoreRecord[], { TrustStoreArns: arns = [], Names: names = [] }: DescribeTrustStoresInput): readonly TrustStoreRecord[] {
  if (arns.length > 0 && names.length > 0) throw validationError('Trust store names and ARNs cannot be specified at the same time');
  if (arns.length === 0 && names.length === 0) return visible;
  const wanted = arns.length > 0 ? arns : names;
  return wanted.map((key) => visible.find(({ arn, name }) => (arns.length > 0 ? arn : name) === key) ?? refuse(key));
}

function notFound(key: string): AwsError {
  return new AwsError('TrustStoreNotFound', `Trust store '${key}' not found`);
}

function refuse(key: string): never {
  throw notFound(key);
}

function shown({ arn, name, certificates }: TrustStoreRecord): TrustStore {
  return { Name: name, TrustStoreArn: arn, Status: 'ACTIVE', NumberOfCaCertificates: certificates, TotalRevokedEntries: 0 };
}
