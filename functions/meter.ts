import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Numbers for dashboards and alarms. `state` is the state's name, or the function's; it becomes the dimension `service`. */
export interface Meter {
  /** One call of a step: how it ended (`done`, or the name of the error) and how long it took. */
  call(measure: { readonly state: string; readonly outcome: string; readonly durationMs: number }): void;
  /** How often something happened; names are CamelCase (`DroppedEvents`). */
  count(measure: { readonly state: string; readonly name: string; readonly amount: number }): void;
}

const NAMESPACE = 'stepbalancer';

/** Metrics as lines on standard output (CloudWatch embedded metric format): no call, no waiting. */
export function createMeter(): Meter {
  return {
    call({ state, outcome, durationMs }) {
      const metrics = new Metrics({ namespace: NAMESPACE, serviceName: state });
      metrics.addDimensions({ outcome });
      metrics.addMetric('Calls', MetricUnit.Count, 1);
      metrics.addMetric('Duration', MetricUnit.Milliseconds, durationMs);
      metrics.publishStoredMetrics();
    },
    count({ state, name, amount }) {
      const metrics = new Metrics({ namespace: NAMESPACE, serviceName: state });
      metrics.addMetric(name, MetricUnit.Count, amount);
      metrics.publishStoredMetrics();
    },
  };
}
