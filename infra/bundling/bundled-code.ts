import type { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { BUNDLING_STACKS } from 'aws-cdk-lib/cx-api';
import { type DeployedFunction, FUNCTIONS } from '../deployed-functions';
import { bundleFunctions } from './bundle-functions';

/** Code for the functions of a stack, and a line about it for the person at the terminal. */
export interface BundledCode {
  readonly codeOf: (definition: DeployedFunction) => Code;
  readonly summary: string;
}

/** Bundles the functions, unless the command does not need their code: `cdk list`, `cdk destroy` and tests say so in the context. */
export async function bundledCode(app: App): Promise<BundledCode> {
  const stacks = app.node.tryGetContext(BUNDLING_STACKS) as readonly string[] | undefined;
  if (stacks?.length === 0) return { codeOf: codeLeftOut, summary: 'functions not bundled' };
  const bundles = await bundleFunctions(FUNCTIONS);
  const sizes = [...bundles.values()].map(({ bytes }) => bytes).sort((a, b) => a - b);
  return {
    codeOf: ({ name }) => Code.fromAsset(bundles.get(name)?.folder ?? ''),
    summary: `${bundles.size} functions bundled (${kilobytes(sizes[0])} to ${kilobytes(sizes.at(-1))})`,
  };
}

/** In the place of code: a template that does not change when a handler does. */
export const codeLeftOut = (): Code => Code.fromInline('// not bundled');

const kilobytes = (bytes = 0) => `${Math.round(bytes / 1000)} kB`;
