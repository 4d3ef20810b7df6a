import tseslint from 'typescript-eslint'

/** Globals through which code would reach the clock or the process behind the injected interfaces. */
const injectedGlobals = [
  { name: 'Date', message: 'Take a Clock (lib/common/clock.ts).' },
  { name: 'performance', message: 'Take a Clock (lib/common/clock.ts).' },
  { name: 'setTimeout', message: 'Take a Clock (lib/common/clock.ts).' },
  { name: 'setInterval', message: 'Take a Clock (lib/common/clock.ts).' },
  { name: 'console', message: 'Take a Logger (lib/common/logger.ts).' },
]

/** Modules that reach the outside, each with the one place that may import it. */
const outsideModules = [
  { group: ['node:fs', 'node:fs/promises', 'fs'], message: 'Only lib/common/file-system.ts.' },
  { group: ['node:net', 'node:tls'], message: 'Only lib/remoting and lib/ha.' },
  { group: ['node:http', 'node:http2'], message: 'Only lib/monitor.' },
]

export default tseslint.config(
  { ignores: ['dist', 'build', 'coverage', 'node_modules', '**/target', '**/*.generated.ts'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      eqeqeq: 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['codec/**/*.ts', 'lib/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...injectedGlobals],
      'no-restricted-imports': ['error', { patterns: outsideModules }],
    },
  },
  {
    files: [
      'codec/message/host.ts',
      'lib/common/file-system.ts',
      'lib/remoting/**/*.ts',
      'lib/ha/**/*.ts',
      'lib/monitor/**/*.ts',
    ],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: [
      'lib/common/clock.ts',
      'lib/*-startup.ts',
      'lib/common/logger.ts',
      'lib/cli/keep-alive.ts',
    ],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['test/**/*.ts', 'compat/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
)
