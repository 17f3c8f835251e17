import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  type EC2Client,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { AwsClientConfig } from './client-config';
import type { Ec2Writes } from './ec2';
import { unlessGone } from './errors';
import { callOptions } from './sdk';
import { known, listed } from './shapes';

/** The writing half of the client. */
export function ec2Writes(client: EC2Client, config: AwsClientConfig): Ec2Writes {
  const options = () => callOptions(config);
  return {
    async createSecurityGroup({ name, description, vpcId, tags }) {
      const TagSpecifications = Object.keys(tags).length === 0 ? [] : [{ ResourceType: 'security-group' as const, Tags: listed(tags) }];
      const { GroupId } = await client.send(new CreateSecurityGroupCommand({ GroupName: name, Description: description, VpcId: vpcId, TagSpecifications }), options());
      if (GroupId === undefined) throw new Error('AWS answered CreateSecurityGroup without the id of the group');
      return GroupId;
    },
    deleteSecurityGroup: (GroupId) => unlessGone(client.send(new DeleteSecurityGroupCommand({ GroupId }), options())),
    async authorizeIngress(GroupId, permissions) {
      const { SecurityGroupRules } = await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: permissions as IpPermission[] }), options());
      return known(SecurityGroupRules, 'SecurityGroupRuleId', 'GroupId');
    },
    revokeIngress(GroupId, what) {
      const rules = 'ruleIds' in what ? { SecurityGroupRuleIds: [...what.ruleIds] } : { IpPermissions: what.permissions as IpPermission[] };
      return unlessGone(client.send(new RevokeSecurityGroupIngressCommand({ GroupId, ...rules }), options()));
    },
    async createTags(ids, tags) {
      await client.send(new CreateTagsCommand({ Resources: [...ids], Tags: listed(tags) }), options());
    },
    async deleteTags(ids, keys) {
      await client.send(new DeleteTagsCommand({ Resources: [...ids], Tags: keys.map((Key) => ({ Key })) }), options());
    },
  };
}
