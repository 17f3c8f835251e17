import type { Plugin } from 'esbuild';

/**
 * What the cluster client uses of packages whose main module brings everything along: for undici mocks, caches and WebSockets (200 kB), for
 * the Kubernetes client every model, `exec` and `cp` (870 kB, and most of the bundler's time). Each module is replaced by the parts that are imported;
 * an import of anything else is an error of the bundler, `No matching export`.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  undici: [
    "export { default as Agent } from 'undici/lib/dispatcher/agent.js';",
    "export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';",
    "import web from 'undici/lib/web/fetch/index.js';",
    'export const fetch = web.fetch;',
  ],
  '@kubernetes/client-node': [
    "export { KubeConfig } from '@kubernetes/client-node/dist/config.js';",
    "export { HttpMethod, RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';",
    "export { IsomorphicFetchHttpLibrary } from '@kubernetes/client-node/dist/gen/http/isomorphic-fetch.js';",
  ],
  // What KubeConfig imports of the generated code.
  './gen/index.js': ["export { createConfiguration } from './gen/configuration.js';", "export { ServerConfiguration } from './gen/servers.js';"],
};

export const partsOfPackages: Plugin = {
  name: 'parts-of-packages',
  setup(build) {
    build.onResolve({ filter: /^(undici|@kubernetes\/client-node|\.\/gen\/index\.js)$/ }, ({ path, importer, resolveDir }) => {
      if (path.startsWith('.') && !importer.includes('node_modules/@kubernetes/client-node/dist/')) return undefined;
      return { path, namespace: 'parts', pluginData: resolveDir, sideEffects: false };
    });
    build.onLoad({ filter: /.*/, namespace: 'parts' }, ({ path, pluginData }: { path: string; pluginData: string }) => ({ contents: (PARTS[path] ?? []).join('\n'), resolveDir: pluginData }));
  },
};
