import * as fc from 'fast-check';
import { formatKey, type Key } from '../../../shared/contract/keys';

const cluster = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,30}[a-z0-9])?$/);
const hex = fc.stringMatching(/^[0-9a-f]{8,17}$/);

/** Any key. */
export const aKey: fc.Arbitrary<Key> = fc.oneof(
  fc.record({ kind: fc.constantFrom('svc' as const, 'ing' as const, 'gw' as const, 'tg' as const), cluster, namespace: name, name }),
  fc.record({ kind: fc.constant('ing-group' as const), cluster, group: name }),
  fc.record({ kind: fc.constant('backend' as const), cluster, vpc: hex.map((id) => `vpc-${id}`) }),
  fc.record({ kind: fc.constant('sg' as const), groupId: hex.map((id) => `sg-${id}`) }),
);

/** The text of any key. */
export const aKeyText = aKey.map(formatKey);
