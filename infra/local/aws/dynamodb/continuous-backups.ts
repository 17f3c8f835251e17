import type { World } from '../operation';
import type { Place, TableOperation } from './dynamodb';

/** Point-in-time recovery as a setting that can be switched and read; nothing can be restored. AWS: DescribeContinuousBackups. */
export function backupOperations({ storage, clock }: Pick<World, 'storage' | 'clock'>): Record<string, TableOperation> {
  const enabledSince = storage.collection<number>('dynamodb/point-in-time-recovery');
  const describe = (id: string) => {
    const since = enabledSince.get(id);
    const recovery = since === undefined ? { PointInTimeRecoveryStatus: 'DISABLED' } : { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 35, EarliestRestorableDateTime: since / 1000, LatestRestorableDateTime: clock.now() / 1000 };
    return { ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: recovery } };
  };
  const idOf = ({ account, region }: Place, table: string) => `${account}/${region}/${table}`;
  return {
    DescribeContinuousBackups: ({ TableName: table }, place) => describe(idOf(place, table)),
    UpdateContinuousBackups: ({ TableName: table, PointInTimeRecoverySpecification: specification }, place) => {
      const { PointInTimeRecoveryEnabled: isEnabled } = specification as { PointInTimeRecoveryEnabled: boolean };
      if (isEnabled) enabledSince.set(idOf(place, table), clock.now());
      else enabledSince.delete(idOf(place, table));
      return describe(idOf(place, table));
    },
  };
}
