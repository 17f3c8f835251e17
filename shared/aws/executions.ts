import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { AwsClientConfig } from './client-config';
import { awsCode } from './errors';
import { callOptions, sdkConfig, speakStepErrors } from './sdk';

/** What became of a start. `exists`: the name belongs to another execution, perhaps a closed one (refused for 90 days; AWS: StartExecution). */
export type StartOutcome = { readonly outcome: 'started'; readonly arn: string } | { readonly outcome: 'exists' };

/** Executions of the one state machine. */
export interface Executions {
  /** Starts one. The same name with the same input while it runs is the same execution, so a repeated call starts nothing twice. Names: at most 80 of letters, digits, `-`, `_`. */
  start(execution: { readonly name: string; readonly input: unknown }): Promise<StartOutcome>;
}

/** The client for Step Functions. */
export function createExecutions({ config, stateMachine }: { readonly config: AwsClientConfig; readonly stateMachine: string }): Executions {
  const client = new SFNClient(sdkConfig(config));
  speakStepErrors(client);
  return {
    async start({ name, input }) {
      try {
        const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: stateMachine, name, input: JSON.stringify(input) }), callOptions(config));
        return { outcome: 'started', arn: executionArn ?? '' };
      } catch (error) {
        if (awsCode(error) === 'ExecutionAlreadyExists') return { outcome: 'exists' };
        throw error;
      }
    },
  };
}
