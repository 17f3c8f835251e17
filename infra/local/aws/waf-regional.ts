import { operation } from './known-parameters';
import type { Place } from './network';
import { AwsError, type Operations, type World } from './operation';
import type { Protectable } from './wafv2';

/** The local WAF Classic (regional). */
export interface WafRegional {
  readonly operations: Operations;
  /** Makes a web ACL exist under a literal id. */
  ensureWebAcl(place: Place, id: string): void;
}

/** WAF Classic for load balancers: association by the id of a web ACL. AWS: "AWS WAF Regional Classic API Reference". */
export function createWafRegional({ storage }: World, protectable: Protectable): WafRegional {
  const acls = ({ account, region }: Place) => storage.collection<{ name: string }>(`waf-regional/${account}/${region}/web-acls`);
  const associations = ({ account, region }: Place) => storage.collection<string>(`waf-regional/${account}/${region}/associations`);
  const missing = () => new AwsError('WAFNonexistentItemException', 'The referenced item does not exist.');
  return {
    ensureWebAcl(place, id) {
      if (!acls(place).has(id)) acls(place).set(id, { name: id });
    },
    operations: {
      AssociateWebACL: operation<{ WebACLId?: string; ResourceArn?: string }>(['WebACLId', 'ResourceArn'], ({ WebACLId: id = '', ResourceArn: resource = '' }, call) => {
        if (!acls(call).has(id)) throw missing();
        if (!protectable(call, resource)) throw new AwsError('WAFUnavailableEntityException', 'The entity that you are trying to associate is not available yet.');
        associations(call).set(resource, id);
        return {};
      }),
      DisassociateWebACL: operation<{ ResourceArn?: string }>(['ResourceArn'], ({ ResourceArn: resource = '' }, call) => {
        associations(call).delete(resource);
        return {};
      }),
      GetWebACLForResource: operation<{ ResourceArn?: string }>(['ResourceArn'], ({ ResourceArn: resource = '' }, call) => {
        const id = associations(call).get(resource);
        return id === undefined ? {} : { WebACLSummary: { WebACLId: id, Name: acls(call).get(id)?.name ?? id } };
      }),
    },
  };
}
