import { parseKey } from '../contract/keys';
import { runTargetKey } from './run-target-key';
import { syncBackendGroup } from './sync-backend-group';
import { syncSecurityGroup } from './sync-security-group';
import { syncTargetGroup } from './sync-target-group';
import type { TargetLaneDeps } from './target-lane';

/** Answers what is open under one key of the target lane. `owner` names the invocation. Throws what passes by itself, for the queue to deliver again. */
export async function syncKey({ key: text, owner }: { key: string; owner: string }, deps: TargetLaneDeps): Promise<number> {
  const key = parseKey(text);
  return runTargetKey({
    key: text,
    owner,
    deps,
    work: (pass) => {
      switch (key.kind) {
        case 'tg':
          return syncTargetGroup(key, pass, deps);
        case 'sg':
          return syncSecurityGroup(key.groupId, pass, deps);
        case 'backend':
          return syncBackendGroup(key, pass, deps);
        default:
          throw new Error(`expected a key of the target lane (tg#, sg#, backend#), got ${text}`);
      }
    },
  });
}
