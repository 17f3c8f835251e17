import { ReportStatusInput } from '../shared/contract/steps';
import { reportServiceStatus } from '../shared/passes/report-status';
import { clusterClient } from './clients/cluster-client';
import { step } from './step';

/** Hostname into the status, one Event for what was done, one Warning per problem. */
export const handler = step({
  state: 'ReportStatus',
  input: ReportStatusInput,
  clients: { clusterClient },
  run: (clients) => (input) => reportServiceStatus(clients, input),
});
