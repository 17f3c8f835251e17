import { AwsError } from '../operation';

interface Failed {
  readonly Id: string;
  readonly Code: string;
  readonly Message: string;
  readonly SenderFault: boolean;
}

/**
 * Runs each entry of a batch by itself: what fails is in the answer, not an exception. Throws `EmptyBatchRequest`, `TooManyEntriesInBatchRequest`,
 * `BatchEntryIdsNotDistinct`, `InvalidBatchEntryId` for the batch as a whole.
 */
export function runBatch<Entry extends { Id: string | undefined }>(entries: readonly Entry[] | undefined, run: (entry: Entry) => object | void): { Successful: object[]; Failed: Failed[] } {
  checkEntries(entries ?? []);
  const successful: object[] = [];
  const failed: Failed[] = [];
  for (const entry of entries ?? []) {
    const { Id: id = '' } = entry;
    try {
      successful.push({ Id: id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Id: id, Code: error.code, Message: error.message, SenderFault: error.status < 500 });
    }
  }
  return { Successful: successful, Failed: failed };
}

function checkEntries(entries: readonly { Id: string | undefined }[]): void {
  if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10) throw new AwsError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are 10. You have sent ${entries.length}.`);
  const ids = entries.map(({ Id: id = '' }) => id);
  const duplicate = ids.find((id, index) => ids.indexOf(id) !== index);
  if (duplicate !== undefined) throw new AwsError('BatchEntryIdsNotDistinct', `Id ${duplicate} repeated.`);
  if (ids.some((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id))) throw new AwsError('InvalidBatchEntryId', 'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.');
}
