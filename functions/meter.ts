import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Numbers for dashboards and alarms. */
export interface Meter {
  /** One call of a step: how it ended (`done`, or the name of the error) and how long it took. */
  call(measure: { readonly state: string; readonly outcome: string; readonly durationMs: number }): void;
  /** How often something happened; names are CamelCase (`DroppedEvents`). */
  count(name: string, amount: number): void;
}

const NAMESPACE = 'stepbalancer';

/** Metrics as lines on standard output (CloudWatch embedded metric format): no call, no waiting. */
export function createMeter(): Meter {
  return {
    call({ state, outcome, durationMs }) {
      const metrics = new Metrics({ namespace: NAMESPACE, serviceName: 'stepbalancer' });
      metrics.addDimensions({ state, outcome });
      metrics.addMetric('Calls', MetricUnit.Count, 1);
      metrics.addMetric('Duration', MetricUnit.Milliseconds, durationMs);
      metrics.publishStoredMetrics();
    },
    count(name, amount) {
      const metrics = new Metrics({ namespace: NAMESPACE, serviceName: 'stepbalancer' });
      metrics.addMetric(name, MetricUnit.Count, amount);
      metrics.publishStoredMetrics();
    },
  };
}
