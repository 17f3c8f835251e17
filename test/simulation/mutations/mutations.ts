/** One deliberate breakage of the product: in memory, when its file is loaded. */
export interface Mutation {
  readonly name: string;
  /** What it breaks, for the table in the docs. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
  /** The first seed that finds it, in the version that this list belongs to, and the rule that it then breaks. */
  readonly found: { readonly seed: number; readonly rule: string };
}

/** Replaces the one place where `find` stands. */
export interface Edit {
  /** From the root. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const LEASES = 'shared/store/leases.ts';
const APPLY = 'shared/apply/apply-change.ts';

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'no-fence-check',
    breaks: 'A step no longer compares owner, fence and generation with the key',
    found: { seed: 3, rule: 'lease' },
    edits: [{ file: 'shared/store/lease-rules.ts', find: "all(equal('owner', owner), equal('fence', lease.fence), equal('runGen', lease.runGen))", replace: "all(present('gen'), any(present('gen'), equal('owner', owner), equal('fence', lease.fence)))" }],
  },
  { name: 'no-intent', breaks: 'Nothing is written down before a creation', found: { seed: 1, rule: 'orphan' }, edits: [{ file: APPLY, find: '    await recordIntent(context, item, known);\n', replace: '' }] },
  { name: 'intent-without-name', breaks: 'An intent does not say under which name the creation is found', found: { seed: 1, rule: 'orphan' }, edits: [{ file: APPLY, find: ', name: nameOf(desired), origin:', replace: ', origin:' }] },
  {
    name: 'release-without-generation',
    breaks: 'A lease is given back although the key became dirty meanwhile',
    found: { seed: 1, rule: 'lost wake-up' },
    edits: [{ file: LEASES, find: 'change, all(mine(holder), nothingNewer))', replace: 'change, any(all(mine(holder), nothingNewer), mine(holder)))' }, { file: LEASES, find: 'import { all,', replace: 'import { any, all,' }],
  },
  {
    name: 'lease-cleared-by-others',
    breaks: 'A wake-up takes the lease from whoever works on the key',
    found: { seed: 1, rule: 'lease' },
    edits: [{ file: LEASES, find: 'add: { gen: 1 } }, held(now()));', replace: "add: { gen: 1 }, remove: ['owner', 'leaseUntil'] }, held(now()));" }],
  },
  {
    name: 'lease-stolen',
    breaks: 'A lease is taken over before it has expired',
    found: { seed: 12, rule: 'lease' },
    edits: [
      { file: LEASES, find: "return (state.leaseUntil ?? 0) < at ? 'abandoned' : undefined;", replace: "return at > 0 ? 'abandoned' : undefined;" },
      { file: LEASES, find: 'abandoned: abandoned(now()),', replace: "abandoned: any(abandoned(now()), missing('nothing')),", },
      { file: LEASES, find: 'import { all,', replace: 'import { any, all,' },
    ],
  },
  { name: 'reference-after-read', breaks: 'An object is read before the index says who reads it', found: { seed: 1, rule: 'reference' }, edits: [{ file: 'shared/targets/read-target-facts.ts', find: "  await view.refer(`services#${namespace}/${name}`, 'backend of a target binding');\n", replace: '' }] },
  { name: 'promise-left-running', breaks: 'A function answers while one of its writes is under way', found: { seed: 1, rule: 'left running' }, edits: [{ file: 'shared/passes/collect-garbage.ts', find: '  await store.leases.update(input, {\n    phase:', replace: '  void store.leases.update(input, {\n    phase:' }] },
  { name: 'creation-not-idempotent', breaks: 'Each attempt makes a target group of a name of its own', found: { seed: 1, rule: 'not settled' }, edits: [{ file: 'shared/apply/target-group.ts', find: '      Name: spec.name,', replace: '      Name: `${spec.name.slice(0, 24)}-${context.now() % 100_000}`,' }] },
  {
    name: 'revoke-before-authorise',
    breaks: 'Rules go before their successors come',
    found: { seed: 1, rule: 'revoked' },
    edits: [{ file: 'shared/apply/security-group.ts', find: '    await authorizeMissing(context, groupId, authorize);\n', replace: '    await revokeRules();\n    await authorizeMissing(context, groupId, authorize);\n' }],
  },
  { name: 'no-dirty-in-wait', breaks: 'Waiting for health goes on although something newer is asked for', found: { seed: 1, rule: 'stale wait' }, edits: [{ file: 'shared/passes/wait-for-healthy.ts', find: 'if (state.gen > input.lease.runGen) throw', replace: 'if (state.gen < 0) throw' }] },
  { name: 'sweeper-ignores-expired-leases', breaks: 'Nobody looks at a key whose execution was stopped', found: { seed: 54, rule: 'not settled' }, edits: [{ file: LEASES, find: 'owner === undefined || leaseUntil < until', replace: 'owner === undefined && leaseUntil < until' }] },
  { name: 'deduplication-without-generation', breaks: 'The queue takes a second wake-up of a key for a repetition', found: { seed: 1, rule: 'not prompt' }, edits: [{ file: 'shared/targets/wake-targets.ts', find: 'fitted(`${key}#${gen}`)', replace: 'fitted(key)' }] },
  {
    name: 'ledger-forgets-first',
    breaks: 'An entry of the ledger goes before what it names',
    found: { seed: 2, rule: 'orphan' },
    edits: [
      { file: APPLY, find: '  for (const gone of [...takesAlong, id]) await context.ledger.remove(gone);', replace: '' },
      { file: APPLY, find: '  switch (type) {\n', replace: '  for (const gone of [...takesAlong, id]) await context.ledger.remove(gone);\n  switch (type) {\n' },
    ],
  },
  { name: 'deregister-first', breaks: 'Targets go before their successors are registered', found: { seed: 17, rule: 'emptied' }, edits: [{ file: 'shared/targets/apply-targets.ts', find: '  const registered = await settle(register(elbv2, apply));', replace: '  await deregister(elbv2, apply);\n  const registered = await settle(register(elbv2, apply));' }] },
  { name: 'rules-never-taken-back', breaks: 'A binding that goes leaves its rules on the node group', found: { seed: 3, rule: 'not settled' }, edits: [{ file: 'shared/targets/contribute-rules.ts', find: '    await deps.store.contributions.remove(sgKey, cluster.id, input.binding);\n', replace: '' }] },
  { name: 'answer-told-whole', breaks: "An error repeats the whole body of an API server's answer", found: { seed: 9, rule: 'secret' }, edits: [{ file: 'shared/kubernetes/client.ts', find: 'const said = statusMessage(answer.body);', replace: 'const said = statusMessage(answer.body) + answer.body;' }] },
  { name: 'finalizer-first', breaks: 'The finalizer goes before what it holds', found: { seed: 2, rule: 'finalizer' }, edits: [{ file: 'shared/passes/delete-load-balancer.ts', find: '    await removeEverything(deletion);\n', replace: '    await letGo(client, await readService(client, name));\n    await removeEverything(deletion);\n' }] },
  { name: 'resync-sees-nothing', breaks: 'Resync answers that nothing has changed', found: { seed: 14, rule: 'not settled' }, edits: [{ file: 'functions/resync-cluster.ts', find: '  const keys = new Set(orphans);', replace: '  const keys = new Set(orphans);\n  changed.length = 0;\n  keys.clear();' }] },
  { name: 'watch-never-relists', breaks: 'The forwarder goes on from a version that the API server has forgotten', found: { seed: 13, rule: 'not prompt' }, edits: [{ file: 'infra/cluster/forwarder/informer.ts', find: '(error.status === 410 || error.status === 404)', replace: 'error.status === 404' }] },
];
