import type { Collection } from '../storage';
import { jsonPage } from './json-paging';
import { operation } from './known-parameters';
import type { Place } from './network';
import { AwsError, type Call, type Operations, type World } from './operation';

/** A web ACL as far as load balancers are concerned: its rules are of no matter here. */
export interface WebAclRecord {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
}

/** The local WAFv2. */
export interface Wafv2 {
  readonly operations: Operations;
  /** Makes a regional web ACL exist, for environments. */
  putWebAcl(place: Place, webAcl: WebAclRecord): void;
  /** Makes a regional web ACL exist under a literal ARN (`…:regional/webacl/<name>/<id>`); one that is there stays as it is. */
  ensureWebAcl(place: Place, arn: string): void;
}

/** Whether WAF may protect a resource now: an ALB that exists and is active. */
export type Protectable = (call: Call, resourceArn: string) => boolean;

interface Named {
  Name?: string;
  Id?: string;
  ARN?: string;
  Scope?: string;
}

const paging = { most: 100, badToken: { code: 'WAFInvalidParameterException', message: 'Error reason: The marker is not valid., field: NEXT_MARKER' } };
const missing = () => new AwsError('WAFNonexistentItemException', 'AWS WAF couldn’t perform the operation because your resource doesn’t exist.');
const invalid = (field: string) => new AwsError('WAFInvalidParameterException', `Error reason: The parameter is not valid., field: ${field}`);

/** What WAFv2 keeps of one place. */
interface Kept {
  readonly acls: Collection<WebAclRecord>;
  /** The web ACL's ARN by the resource's. */
  readonly associations: Collection<string>;
}

type Open = (place: Place) => Kept;

/** WAFv2: regional web ACLs and what they are associated with; one ACL per resource. AWS: "AWS WAFV2 API Reference". */
export function createWafv2({ storage }: World, protectable: Protectable): Wafv2 {
  const open: Open = ({ account, region }) => ({ acls: storage.collection(`wafv2/${account}/${region}/web-acls`), associations: storage.collection(`wafv2/${account}/${region}/associations`) });
  return {
    operations: { ...webAclOperations(open), ...associationOperations(open, protectable) },
    putWebAcl: (place, webAcl) => open(place).acls.set(webAcl.arn, webAcl),
    ensureWebAcl(place, arn) {
      const [name = arn, id = arn] = arn.split('/').slice(-2);
      const { acls } = open(place);
      if (!acls.has(arn)) acls.set(arn, { name, id, arn });
    },
  };
}

function find({ acls }: Kept, arn: string | undefined): WebAclRecord {
  const found = acls.get(arn ?? '');
  if (found === undefined) throw missing();
  return found;
}

function show({ name, id, arn }: WebAclRecord) {
  const visibility = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: name };
  return { Name: name, Id: id, ARN: arn, Capacity: 0, DefaultAction: { Allow: {} }, Rules: [], VisibilityConfig: visibility };
}

function webAclOperations(open: Open): Operations {
  return {
    GetWebACL: operation<Named>(['Name', 'Id', 'Scope', 'ARN'], (input, call) => {
      const found = open(call).acls.values().find((one) => isNamed(one, input));
      if (found === undefined) throw missing();
      return { WebACL: show(found), LockToken: found.id };
    }),
    ListWebACLs: operation<{ Scope?: string; Limit?: number; NextMarker?: string }>(['Scope', 'Limit', 'NextMarker'], ({ Scope, Limit, NextMarker }, call) => {
      if (Scope !== 'REGIONAL' && Scope !== 'CLOUDFRONT') throw invalid('SCOPE_VALUE');
      const { items, next } = jsonPage(Scope === 'REGIONAL' ? open(call).acls.values() : [], { limit: Limit, token: NextMarker, key: (one) => one.arn }, paging);
      return { WebACLs: items.map(({ name, id, arn }) => ({ Name: name, Id: id, ARN: arn, LockToken: id, Description: '' })), ...(next === undefined ? {} : { NextMarker: next }) };
    }),
  };
}

function associationOperations(open: Open, protectable: Protectable): Operations {
  return {
    AssociateWebACL: operation<{ WebACLArn?: string; ResourceArn?: string }>(['WebACLArn', 'ResourceArn'], ({ WebACLArn, ResourceArn }, call) => {
      const resource = checkResource(ResourceArn);
      const { arn } = find(open(call), WebACLArn);
      if (!protectable(call, resource)) throw new AwsError('WAFUnavailableEntityException', 'AWS WAF couldn’t retrieve the resource that you requested. Retry your request.');
      open(call).associations.set(resource, arn);
      return {};
    }),
    DisassociateWebACL: operation<{ ResourceArn?: string }>(['ResourceArn'], ({ ResourceArn }, call) => {
      open(call).associations.delete(checkResource(ResourceArn));
      return {};
    }),
    GetWebACLForResource: operation<{ ResourceArn?: string }>(['ResourceArn'], ({ ResourceArn }, call) => {
      const arn = open(call).associations.get(checkResource(ResourceArn));
      return arn === undefined ? {} : { WebACL: show(find(open(call), arn)) };
    }),
    ListResourcesForWebACL: operation<{ WebACLArn?: string; ResourceType?: string }>(['WebACLArn', 'ResourceType'], ({ WebACLArn, ResourceType = 'APPLICATION_LOAD_BALANCER' }, call) => {
      const { arn } = find(open(call), WebACLArn);
      const resources = open(call).associations.entries().filter(([, acl]) => acl === arn && ResourceType === 'APPLICATION_LOAD_BALANCER');
      return { ResourceArns: resources.map(([resource]) => resource) };
    }),
  };
}

function checkResource(arn: string | undefined): string {
  if (arn === undefined || !/^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/app\/.+$/.test(arn)) throw invalid('RESOURCE_ARN');
  return arn;
}

function isNamed(one: WebAclRecord, { Name, Id, ARN, Scope }: Named): boolean {
  if (ARN !== undefined) return ARN === one.arn;
  if (Name === undefined || Id === undefined) throw invalid('NAME_AND_ID_OR_ARN');
  return Scope === 'REGIONAL' && Name === one.name && Id === one.id;
}
