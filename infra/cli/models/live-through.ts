import type { ImportedObject } from '../../local/cluster/import-objects';
import type { Pass } from '../../local/pass-runner';
import { readAccount } from '../../local/read-account';
import { makeExist } from '../../local/replay';
import { openSmallWorld, type SmallWorld } from '../../local/small-world';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { describeChange } from '../../../shared/plan/describe-change';
import { accountShape, type AccountShape } from '../adoption/account-shape';
import { compareShapes } from '../adoption/compare-shapes';
import { keyOf, runApproved, type ServiceName } from '../approve-plan';
import { readVector, type Vector } from '../vectors/read-vector';
import { nextModels, type NextModel } from './next-model';
import { withNamedGroups } from './with-named-groups';
import { withoutStack } from './without-stack';

/** What became of one model, from nothing to nothing. */
export interface ModelLife {
  /** Why it could not be made: our reasons, or AWS's code, each with what was told; absent where it was. */
  readonly refused?: string;
  /** The file of the model that it was changed into; absent where it was not made, or the topic has no other that fits. */
  readonly into?: string;
  /** Models on the way there that it could not be changed into, and why. */
  readonly notInto?: readonly string[];
  /** What should not be: a second plan that is not empty, something that is left over, a pass that failed. */
  readonly faults: readonly string[];
}

/** After this the last comparison with AWS no longer counts. */
const STALE_MS = 11 * 60_000;
const GONE_MS = 20 * 60_000;
const ATTRIBUTES = 'service.beta.kubernetes.io/aws-load-balancer-attributes';
const PROTECTION = 'deletion_protection.enabled';

/**
 * Makes what a vector's Service asks for, looks again, changes it into the next model of its topic, looks again, deletes it: in an account and a cluster of its own.
 * Throws an Error where the file is not understood.
 */
export async function liveThrough(file: string): Promise<ModelLife> {
  const vector = readVector(file);
  const nexts = await nextModels(vector);
  const world = await openSmallWorld({
    environment: withNamedGroups(vector.environment, [vector.objects, nexts]),
    objects: vector.objects as unknown as readonly ImportedObject[],
    before({ account, place }) {
      makeExist({ account, place }, [vector.objects, nexts]);
      return Promise.resolve(undefined);
    },
  });
  const life = new Life(world, vector);
  await life.begin();
  await life.change(nexts);
  await life.end();
  await world.close();
  return life.story();
}

/** One life, told as it goes on. */
class Life {
  readonly #world: SmallWorld;
  readonly #service: ServiceName;
  readonly #faults: string[] = [];
  #before: AccountShape = {};
  #refused: string | undefined;
  #into: string | undefined;
  readonly #notInto: string[] = [];

  constructor(world: SmallWorld, { subject: { namespace = 'default', name = '' } }: Vector) {
    this.#world = world;
    this.#service = { namespace, name };
  }

  story(): ModelLife {
    return {
      ...(this.#refused === undefined ? {} : { refused: this.#refused }),
      ...(this.#into === undefined ? {} : { into: this.#into }),
      ...(this.#notInto.length === 0 ? {} : { notInto: this.#notInto }),
      faults: this.#faults,
    };
  }

  async begin(): Promise<void> {
    this.#before = await this.#shape();
    this.#refused = await this.#apply('made');
  }

  /** Into the first of the models that the API server and AWS take. */
  async change(models: readonly NextModel[]): Promise<void> {
    if (this.#refused !== undefined) return;
    for (const model of models) {
      if (!(await this.#write(model))) continue;
      const refused = await this.#apply(`changed into ${model.file}`);
      if (refused === undefined) {
        this.#into = model.file;
        return;
      }
      this.#notInto.push(`${model.file}: ${refused}`);
    }
  }

  async end(): Promise<void> {
    const { client, runner, store } = this.#world;
    await client.delete(RESOURCES.services, { ...this.#service });
    this.#note('deleted', await runner.run(keyOf(this.#service)));
    await this.#unprotect();
    await runner.settle(GONE_MS);
    const rest = compareShapes(withoutStack(this.#before, this.#service), withoutStack(await this.#shape(), this.#service));
    this.#faults.push(...rest.map(({ path }) => `left or lost after deletion: ${path}`));
    if (await client.get(RESOURCES.services, { ...this.#service })) this.#faults.push('the Service is still there');
    this.#faults.push(...(await client.list(RESOURCES.targetGroupBindings)).map(({ metadata }) => `the TargetGroupBinding ${metadata.name} is still there`));
    this.#faults.push(...(await store.ledger.list(keyOf(this.#service))).map(({ id }) => `the ledger still holds ${id}`));
  }

  async #shape(): Promise<AccountShape> {
    return accountShape(await readAccount({ aws: this.#world.account.aws, place: this.#world.place }), '');
  }

  /** A pass that makes it so, and one that has nothing left to do. Answers why not, where it is refused. */
  async #apply(what: string): Promise<string | undefined> {
    const { clock, runner, store } = this.#world;
    const pass = await runApproved(this.#world, this.#service);
    this.#note(what, pass);
    const last = pass.plans.at(-1);
    if (last?.outcome === 'blocked') return last.problems.map(({ code, message }) => `${code}: ${message}`).join('; ');
    const state = await store.leases.read(keyOf(this.#service));
    if (state?.phase === 'Blocked') return `${state.lastError?.awsCode ?? state.lastError?.name ?? 'Blocked'}: ${state.lastError?.message ?? ''}`;
    clock.advance(STALE_MS);
    const again = await runner.run(keyOf(this.#service));
    this.#note(`${what}, again`, again);
    const [plan] = again.plans;
    if (plan?.outcome !== 'noop') this.#faults.push(`${what}: the second plan is ${plan?.outcome ?? 'missing'}: ${plan?.plan?.changes.map(describeChange).join('; ') ?? ''}`);
    return undefined;
  }

  #note(what: string, { failure }: Pass): void {
    if (failure) this.#faults.push(`${what}: the pass failed: ${failure.error}: ${failure.cause}`);
  }

  /** Whether the API server took the Services of a model. */
  async #write({ service, extras }: NextModel): Promise<boolean> {
    for (const object of [...extras, service]) {
      const name = { namespace: this.#service.namespace, name: object.metadata.name };
      const present = await this.#world.client.get(RESOURCES.services, name);
      const { annotations = {}, labels } = object.metadata as { annotations?: object; labels?: object };
      const body = present
        ? { ...present, metadata: { ...present.metadata, annotations }, spec: object['spec'] }
        : { apiVersion: 'v1', kind: 'Service', metadata: { ...name, annotations, ...(labels ? { labels } : {}) }, spec: object['spec'] };
      const path = `/api/v1/namespaces/${name.namespace}/services`;
      const answer = await this.#world.cluster.handle({ method: present ? 'PUT' : 'POST', path: present ? `${path}/${name.name}` : path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      if (answer.status >= 300) return false;
    }
    return true;
  }

  /** Where deletion protection holds the Service, it is taken back as its owner would do it. */
  async #unprotect(): Promise<void> {
    const { client, runner, store } = this.#world;
    const state = await store.leases.read(keyOf(this.#service));
    const service = await client.get(RESOURCES.services, { ...this.#service });
    if (!service || state?.phase !== 'Blocked') return;
    const others = (service.metadata.annotations?.[ATTRIBUTES] ?? '').split(',').filter((pair) => pair !== '' && !pair.includes(PROTECTION));
    await client.patch(RESOURCES.services, { ...this.#service }, { type: 'merge', body: { metadata: { annotations: { [ATTRIBUTES]: [...others, `${PROTECTION}=false`].join(',') } } } });
    this.#note('deleted without protection', await runner.run(keyOf(this.#service)));
  }
}
