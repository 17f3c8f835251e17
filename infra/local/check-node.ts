const NEEDED = 24;

/** Ends with a clear word on a runtime that is too old: npm scripts get Node 24 from the package `node`, if its install script was allowed to run. */
export function checkNode(version: string = process.version): void {
  if (Number(/^v(\d+)/.exec(version)?.[1]) >= NEEDED) return;
  console.error(`stepbalancer needs Node ${NEEDED} or later, found ${version}. Run it by npm (npm run …), which brings its own; if it still finds this one, install scripts were switched off: run \`npm rebuild node\`.`);
  process.exit(1);
}
