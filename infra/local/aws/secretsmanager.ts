import type { CreateSecretRequest, CreateSecretResponse, GetSecretValueRequest, GetSecretValueResponse, PutSecretValueRequest, PutSecretValueResponse } from '@aws-sdk/client-secrets-manager';
import type { Collection } from '../storage';
import { operation } from './known-parameters';
import type { Place } from './network';
import { AwsError, type Operations, type World } from './operation';
import { uuid } from './uuid';

interface VersionRecord {
  readonly versionId: string;
  readonly text?: string;
  /** Base64. */
  readonly binary?: string;
  readonly stages: readonly string[];
  readonly createdAt: number;
}

interface SecretRecord {
  readonly arn: string;
  readonly name: string;
  readonly versions: readonly VersionRecord[];
}

interface Value {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const missing = (what: string) => new AwsError('ResourceNotFoundException', `Secrets Manager can't find the specified secret${what}.`);

/** Secrets Manager: secrets with versions and stages. A new value takes AWSCURRENT, the one before keeps AWSPREVIOUS. AWS: "AWS Secrets Manager API Reference". */
export function createSecretsManager(world: World): Operations {
  const open = ({ account, region }: Place): Collection<SecretRecord> => world.storage.collection(`secretsmanager/${account}/${region}/secrets`);
  const token = (given: string | undefined) => given ?? uuid(world.random);
  return {
    CreateSecret: operation<CreateSecretRequest>(['Name', 'ClientRequestToken', 'SecretString', 'SecretBinary', 'Description', 'Tags'], (input, call): CreateSecretResponse => {
      const name = input.Name ?? '';
      if (!/^[a-zA-Z0-9/_+=.@-]{1,512}$/.test(name)) throw new AwsError('ValidationException', 'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!');
      if (open(call).has(name)) throw new AwsError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
      const secret: SecretRecord = { name, arn: `arn:aws:secretsmanager:${call.region}:${call.account}:secret:${name}-${suffix(world)}`, versions: [] };
      const versionId = token(input.ClientRequestToken);
      const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined;
      open(call).set(name, hasValue ? addVersion(secret, makeVersion(input, { versionId, createdAt: call.now, stages: [CURRENT] })) : secret);
      return { ARN: secret.arn, Name: name, ...(hasValue ? { VersionId: versionId } : {}) };
    }),
    PutSecretValue: operation<PutSecretValueRequest>(['SecretId', 'ClientRequestToken', 'SecretString', 'SecretBinary', 'VersionStages'], (input, call): PutSecretValueResponse => {
      const secret = find(open(call), input.SecretId ?? '');
      const version = makeVersion(input, { versionId: token(input.ClientRequestToken), createdAt: call.now, stages: input.VersionStages ?? [CURRENT] });
      const same = secret.versions.find(({ versionId }) => versionId === version.versionId);
      if (same !== undefined && (same.text !== version.text || same.binary !== version.binary)) {
        throw new AwsError('ResourceExistsException', `A resource with the ID you requested already exists.`);
      }
      if (same === undefined) open(call).set(secret.name, addVersion(secret, version));
      return { ARN: secret.arn, Name: secret.name, VersionId: version.versionId, VersionStages: [...(same ?? version).stages] };
    }),
    GetSecretValue: operation<GetSecretValueRequest>(['SecretId', 'VersionId', 'VersionStage'], (input, call): GetSecretValueResponse => {
      const secret = find(open(call), input.SecretId ?? '');
      const stage = input.VersionStage ?? (input.VersionId === undefined ? CURRENT : undefined);
      const version = secret.versions.find((one) => (input.VersionId ?? one.versionId) === one.versionId && (stage === undefined || one.stages.includes(stage)));
      if (version === undefined) throw missing(` value for ${stage === undefined ? `VersionId: ${input.VersionId}` : `staging label: ${stage}`}`);
      return { ARN: secret.arn, Name: secret.name, VersionId: version.versionId, VersionStages: [...version.stages], CreatedDate: new Date(version.createdAt), ...showValue(version) };
    }),
  };
}

function suffix({ random }: World): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  return Array.from({ length: 6 }, () => letters[Math.floor(random() * letters.length)] ?? 'A').join('');
}

/** By name, by ARN, or by an ARN without its random end. */
function find(secrets: Collection<SecretRecord>, id: string): SecretRecord {
  const found = secrets.get(id) ?? secrets.values().find(({ arn }) => arn === id || arn.slice(0, -7) === id);
  if (found === undefined) throw missing('');
  return found;
}

function makeVersion({ SecretString, SecretBinary }: Value, rest: Pick<VersionRecord, 'versionId' | 'createdAt' | 'stages'>): VersionRecord {
  if ((SecretString === undefined) === (SecretBinary === undefined)) throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
  return SecretString === undefined ? { ...rest, binary: Buffer.from(SecretBinary ?? []).toString('base64') } : { ...rest, text: SecretString };
}

/** Each stage belongs to one version; what loses AWSCURRENT becomes AWSPREVIOUS, and versions without a stage are forgotten. */
function addVersion(secret: SecretRecord, added: VersionRecord): SecretRecord {
  const older = secret.versions.map((version) => {
    const demoted = version.stages.includes(CURRENT) && added.stages.includes(CURRENT);
    const kept = version.stages.filter((stage) => !added.stages.includes(stage) && !(stage === PREVIOUS && added.stages.includes(CURRENT)));
    return { ...version, stages: demoted ? [...kept, PREVIOUS] : kept };
  });
  return { ...secret, versions: [...older.filter(({ stages }) => stages.length > 0), added] };
}

function showValue({ text, binary }: VersionRecord): Value {
  return text === undefined ? { SecretBinary: Buffer.from(binary ?? '', 'base64') } : { SecretString: text };
}
