import type { AssumeRoleRequest, AssumeRoleResponse, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { Call, Operations, World } from './operation';
import { AwsError } from './operation';

interface Session {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** STS and what it knows of the access keys that it gave out. */
export interface Sts {
  readonly operations: Operations;
  /** The account of a key that AssumeRole gave out: `LocalAwsOptions.accountOf`. */
  accountOf(accessKeyId: string): string | undefined;
}

/** STS: who calls, and roles of any account, since trust policies are not kept. AWS: "AssumeRole", "GetCallerIdentity". */
export function createSts({ storage, random }: World): Sts {
  const sessions = storage.collection<Session>('sts/sessions');
  const characters = (alphabet: string, count: number) => Array.from({ length: count }, () => alphabet[Math.floor(random() * alphabet.length)] ?? '').join('');
  const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

  const assumeRole = (input: AssumeRoleRequest, call: Call): AssumeRoleResponse => {
    const [, account, path] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(.+)$/.exec(input.RoleArn ?? '') ?? [];
    if (account === undefined || path === undefined) throw new AwsError('ValidationError', `${input.RoleArn ?? ''} is invalid`);
    const seconds = input.DurationSeconds ?? 3600;
    if (seconds < 900 || seconds > 43_200) throw new AwsError('ValidationError', `The requested DurationSeconds ${seconds} is not between 900 and 43200`);
    const role = path.split('/').at(-1) ?? path;
    const userId = `AROA${characters(capitals, 17)}:${input.RoleSessionName ?? ''}`;
    const arn = `arn:aws:sts::${account}:assumed-role/${role}/${input.RoleSessionName ?? ''}`;
    const accessKeyId = `ASIA${characters(capitals, 16)}`;
    sessions.set(accessKeyId, { account, arn, userId });
    return {
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: characters(`${capitals}abcdefghijklmnopqrstuvwxyz`, 40),
        SessionToken: characters(capitals, 80),
        Expiration: new Date(call.now + seconds * 1000),
      },
      AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    };
  };

  const getCallerIdentity = (_input: object, call: Call): GetCallerIdentityResponse => {
    const session = sessions.get(call.caller);
    if (session !== undefined) return { UserId: session.userId, Account: session.account, Arn: session.arn };
    return { UserId: call.caller, Account: call.account, Arn: `arn:aws:iam::${call.account}:root` };
  };

  return {
    operations: { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity },
    accountOf: (accessKeyId) => sessions.get(accessKeyId)?.account,
  };
}
