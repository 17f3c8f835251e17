import type { TargetLaneDeps } from '../../../../shared/targets/target-lane';
import { type Account, awsError, simulateError, write } from './account';
import type { PlainObject } from '../merge-deeply';

/** The target groups of an account, as far as the target lane looks at them. Registered targets become `initial`, deregistered ones `draining`. */
export function accountElbv2(account: Account): TargetLaneDeps['elbv2'] {
  const find = (arn: string) => account.facts.targetGroups.find((group) => group.arn === arn);
  return {
    async describeTargetHealth(arn) {
      simulateError(account, 'DescribeTargetHealth');
      return Promise.resolve(
        find(arn)?.targets.map((target) => ({
          Target: { Id: target.id, Port: target.port, ...defined({ AvailabilityZone: target.availabilityZone, QuicServerId: target.quicServerId }) },
          TargetHealth: { ...defined({ Reason: target.reason, Description: target.description }), State: target.state },
        })) as Awaited<ReturnType<TargetLaneDeps['elbv2']['describeTargetHealth']>>,
      );
    },
    async registerTargets(arn, targets) {
      for (const chunk of chunks(targets)) {
        const input = { TargetGroupArn: arn, Targets: chunk } as unknown as PlainObject;
        write(account, { service: 'elbv2', operation: 'RegisterTargets', input }, () => {
          const group = find(arn);
          if (!group) throw awsError('TargetGroupNotFound', 'One or more target groups not found', 'RegisterTargets');
          for (const { Id = '', Port = 0, AvailabilityZone, QuicServerId } of chunk) {
            group.targets = group.targets.filter((target) => !(target.id === Id && target.port === Port && target.quicServerId === QuicServerId));
            group.targets.push({ id: Id, port: Port, ...defined({ availabilityZone: AvailabilityZone, quicServerId: QuicServerId }), state: 'initial', reason: 'Elb.RegistrationInProgress', description: 'Target registration is in progress' });
          }
        });
      }
      return Promise.resolve();
    },
    async deregisterTargets(arn, targets) {
      for (const chunk of chunks(targets)) {
        const input = { TargetGroupArn: arn, Targets: chunk } as unknown as PlainObject;
        write(account, { service: 'elbv2', operation: 'DeregisterTargets', input }, () => {
          for (const { Id, Port, QuicServerId } of chunk) {
            const target = find(arn)?.targets.find((candidate) => candidate.id === Id && candidate.port === Port && (QuicServerId === undefined || candidate.quicServerId === QuicServerId));
            if (target) Object.assign(target, { state: 'draining', reason: 'Target.DeregistrationInProgress', description: 'Target deregistration is in progress' });
          }
        });
      }
      return Promise.resolve(find(arn) !== undefined);
    },
  };
}

function chunks<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / 200) }, (_, index) => items.slice(index * 200, (index + 1) * 200));
}

function defined<Fields extends Record<string, unknown>>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> };
}
