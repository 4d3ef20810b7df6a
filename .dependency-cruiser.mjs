/**
 * Dependencies between folders go one way (ARCHITECTURE.md, "Layers"). Each folder lists what it may import; everything
 * else is refused. Composition roots (`lib/*-startup.ts`, `lib/index.ts`) may import all; only the commands (`lib/cli`) import
 * them.
 */
const layers = {
  codec: [],
  'lib/common': ['codec'],
  'lib/config': ['lib/common', 'codec'],
  'lib/remoting': ['codec', 'lib/common'],
  'lib/store': ['codec', 'lib/common', 'lib/config', 'lib/monitor'],
  'lib/ha': ['lib/store', 'codec', 'lib/common', 'lib/config'],
  'lib/auth': ['lib/remoting', 'codec', 'lib/common', 'lib/config'],
  'lib/broker': [
    'lib/store',
    'lib/auth',
    'lib/remoting',
    'codec',
    'lib/common',
    'lib/config',
    'lib/monitor',
  ],
  'lib/namesrv': ['lib/remoting', 'codec', 'lib/common', 'lib/config', 'lib/monitor'],
  'lib/admin': ['lib/remoting', 'lib/terminal', 'codec', 'lib/common', 'lib/config'],
  'lib/terminal': ['lib/common'],
  'lib/monitor': ['lib/common'],
}

const layerRules = Object.entries(layers).map(([folder, allowed]) => ({
  name: `layer-${folder.replace('/', '-')}`,
  comment: `${folder} may import: ${allowed.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: {
    path: '^(codec|lib|bin)/',
    pathNot: [`^${folder}/`, ...allowed.map((name) => `^${name}/`)],
  },
}))

export default {
  forbidden: [
    ...layerRules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'store-through-its-door',
      comment:
        'Other folders import lib/store/message-store.ts (and its types), and the timers, only.',
      severity: 'error',
      from: { path: '^lib/(auth|broker|ha|namesrv|remoting)/' },
      to: {
        path: '^lib/store/',
        pathNot: '^lib/store/(message-store|types|timer/timer-message-store)\\.ts$',
      },
    },
    {
      name: 'store-tools-through-their-door',
      comment:
        'Commands import lib/store/tools/index.ts only; nothing in the store knows of the tools.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/store/tools/' },
      to: { path: '^lib/store/tools/', pathNot: '^lib/store/tools/index\\.ts$' },
    },
    {
      name: 'store-without-its-tools',
      severity: 'error',
      from: { path: '^lib/(?!cli/|store/tools/)' },
      to: { path: '^lib/store/tools/' },
    },
    {
      name: 'commands-not-into-the-store',
      severity: 'error',
      from: { path: '^lib/cli/' },
      to: { path: '^lib/store/', pathNot: '^lib/store/tools/index\\.ts$' },
    },
    {
      name: 'remoting-through-its-door',
      comment: 'Other folders import lib/remoting/index.ts only.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/remoting/' },
      to: { path: '^lib/remoting/', pathNot: '^lib/remoting/index\\.ts$' },
    },
    {
      name: 'nobody-imports-a-startup',
      severity: 'error',
      from: { path: '^(codec|lib)/', pathNot: '^lib/(([^/]+-startup|index)\\.ts$|cli/)' },
      to: { path: '^lib/[^/]+\\.ts$' },
    },
    {
      name: 'product-not-on-tests',
      severity: 'error',
      from: { path: '^(codec|lib|bin)/' },
      to: { path: '^(test|compat|bench)/' },
    },
    {
      name: 'codec-is-pure',
      comment: 'Bytes to values and back: no input or output, no clock, no state.',
      severity: 'error',
      from: { path: '^codec/' },
      to: { dependencyTypes: ['core'], pathNot: '^(buffer|zlib|crypto|net)$' },
    },
    {
      name: 'known-run-time-dependencies',
      severity: 'error',
      from: { path: '^(codec|lib|bin)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
}
