/** One statement of a role, as data. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
  /** Why a resource with `*` is as narrow as it can be; stated wherever there is one. */
  readonly why?: string;
}

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** ARNs, and parts of ARNs, that only the stack knows. */
export interface PermissionScope {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly tableArn: string;
  readonly targetQueueArn: string;
  readonly stateMachineArn: string;
  readonly busArn: string;
}

/** The scope in words, as cdk-nag reports it and as a person reads it: for pages, acknowledgements and questions about actions. */
export const SCOPE_IN_WORDS: PermissionScope = {
  partition: '<AWS::Partition>',
  region: '<AWS::Region>',
  account: '<AWS::AccountId>',
  tableArn: '<table>',
  targetQueueArn: '<queue of the target lane>',
  stateMachineArn: '<state machine reconcile>',
  busArn: '<event bus>',
};
