import {
  AddListenerCertificatesCommand,
  AddTagsCommand,
  CreateListenerCommand,
  type CreateListenerCommandInput,
  CreateLoadBalancerCommand,
  type CreateLoadBalancerCommandInput,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  type ElasticLoadBalancingV2Client,
  type IpAddressType,
  ModifyCapacityReservationCommand,
  ModifyIpPoolsCommand,
  type ModifyIpPoolsCommandInput,
  ModifyListenerAttributesCommand,
  ModifyListenerCommand,
  type ModifyListenerCommandInput,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type ModifyTargetGroupCommandInput,
  RegisterTargetsCommand,
  RemoveListenerCertificatesCommand,
  RemoveTagsCommand,
  SetIpAddressTypeCommand,
  SetSecurityGroupsCommand,
  type SetSecurityGroupsCommandInput,
  SetSubnetsCommand,
  type SetSubnetsCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClientConfig } from './client-config';
import type { Elbv2Writes } from './elbv2';
import { unlessGone } from './errors';
import { callOptions } from './sdk';
import { chunks, known, listed } from './shapes';

/** Targets per RegisterTargets and DeregisterTargets (what LBC uses). */
const TARGETS_PER_CALL = 200;
/** ARNs per AddTags and RemoveTags. */
const ARNS_PER_CALL = 20;

/** The writing half of the client. Requests come as plain data and go out as the SDK's types: the service itself judges the words. */
export function elbv2Writes(client: ElasticLoadBalancingV2Client, config: AwsClientConfig): Elbv2Writes {
  const options = () => callOptions(config);
  return {
    async createLoadBalancer(input) {
      const { LoadBalancers } = await client.send(new CreateLoadBalancerCommand(input as CreateLoadBalancerCommandInput), options());
      return only(known(LoadBalancers, 'LoadBalancerArn', 'LoadBalancerName', 'Type', 'Scheme', 'VpcId'));
    },
    async setSubnets(input) {
      await client.send(new SetSubnetsCommand(input as SetSubnetsCommandInput), options());
    },
    async setSecurityGroups(input) {
      await client.send(new SetSecurityGroupsCommand(input as SetSecurityGroupsCommandInput), options());
    },
    async setIpAddressType(LoadBalancerArn, ipAddressType) {
      await client.send(new SetIpAddressTypeCommand({ LoadBalancerArn, IpAddressType: ipAddressType as IpAddressType }), options());
    },
    async modifyLoadBalancerAttributes(LoadBalancerArn, attributes) {
      await client.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: listed(attributes) }), options());
    },
    async modifyIpPools(input) {
      await client.send(new ModifyIpPoolsCommand(input as ModifyIpPoolsCommandInput), options());
    },
    async modifyCapacityReservation(LoadBalancerArn, CapacityUnits) {
      const wanted = CapacityUnits === 0 ? { ResetCapacityReservation: true } : { MinimumLoadBalancerCapacity: { CapacityUnits } };
      await client.send(new ModifyCapacityReservationCommand({ LoadBalancerArn, ...wanted }), options());
    },
    deleteLoadBalancer: (LoadBalancerArn) => unlessGone(client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }), options())),
    async createTargetGroup(input) {
      const { TargetGroups } = await client.send(new CreateTargetGroupCommand(input as CreateTargetGroupCommandInput), options());
      return only(known(TargetGroups, 'TargetGroupArn', 'TargetGroupName'));
    },
    async modifyTargetGroup(input) {
      await client.send(new ModifyTargetGroupCommand(input as ModifyTargetGroupCommandInput), options());
    },
    async modifyTargetGroupAttributes(TargetGroupArn, attributes) {
      await client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: listed(attributes) }), options());
    },
    deleteTargetGroup: (TargetGroupArn) => unlessGone(client.send(new DeleteTargetGroupCommand({ TargetGroupArn }), options())),
    async createListener(input) {
      const { Listeners } = await client.send(new CreateListenerCommand(input as CreateListenerCommandInput), options());
      return only(known(Listeners, 'ListenerArn', 'LoadBalancerArn', 'Port', 'Protocol'));
    },
    async modifyListener(input) {
      await client.send(new ModifyListenerCommand(input as ModifyListenerCommandInput), options());
    },
    async modifyListenerAttributes(ListenerArn, attributes) {
      await client.send(new ModifyListenerAttributesCommand({ ListenerArn, Attributes: listed(attributes) }), options());
    },
    async addListenerCertificates(ListenerArn, arns) {
      for (const CertificateArn of arns) await client.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn }] }), options());
    },
    async removeListenerCertificates(ListenerArn, arns) {
      const answers: boolean[] = [];
      for (const CertificateArn of arns) answers.push(await unlessGone(client.send(new RemoveListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn }] }), options())));
      return answers.every(Boolean);
    },
    deleteListener: (ListenerArn) => unlessGone(client.send(new DeleteListenerCommand({ ListenerArn }), options())),
    async addTags(arns, tags) {
      for (const ResourceArns of chunks(arns, ARNS_PER_CALL)) await client.send(new AddTagsCommand({ ResourceArns, Tags: listed(tags) }), options());
    },
    async removeTags(arns, keys) {
      for (const ResourceArns of chunks(arns, ARNS_PER_CALL)) await client.send(new RemoveTagsCommand({ ResourceArns, TagKeys: [...keys] }), options());
    },
    async registerTargets(TargetGroupArn, targets) {
      for (const Targets of chunks(targets, TARGETS_PER_CALL)) await client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }), options());
    },
    async deregisterTargets(TargetGroupArn, targets) {
      for (const Targets of chunks(targets, TARGETS_PER_CALL)) {
        const there = await unlessGone(client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }), options()));
        if (!there) return false;
      }
      return true;
    },
  };
}

function only<Item>([item]: readonly Item[]): Item {
  if (item === undefined) throw new Error('AWS answered a creation without what it created');
  return item;
}
