import { defineConfig } from 'vitest/config'
import { namedBackends } from './test/support/backend-names.ts'

// The packages' sources are tested, not their builds: `davit-source` is the condition of their `exports`.
const conditions = ['davit-source', 'node', 'import', 'default']
const namesKubernetes = namedBackends(process.env.CONFORMANCE).includes('kubernetes')

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    reporters: ['default', './scripts/plain-line-reporter.ts'],
    pool: 'forks',
    // Most tests wait for processes and sockets: three files at a time also on two cores.
    maxWorkers: 3,
    execArgv: ['--conditions=davit-source', '--disable-warning=ExperimentalWarning'],
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // They leave nothing behind, and would spend half of their time on starting processes.
          isolate: false,
          include: [
            'packages/*/test/**/*.test.ts',
            'scripts/test/**/*.test.ts',
            'test/kubernetes/**/*.test.ts',
            'test/python/**/*.test.ts',
            'test/support/**/*.test.ts',
            'test/chaos/**/*.test.ts',
            'test/differential/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          exclude: ['test/differential/agreement.test.ts', 'test/chaos/seeds.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts', 'test/kubernetes/*.conformance.ts'],
          globalSetup: ['test/conformance/start-backends.ts'],
          // The built kubectl and the Python client come with the real Kubernetes.
          exclude: namesKubernetes
            ? []
            : [
                'test/conformance/kubectl*.test.ts',
                'test/conformance/python*.test.ts',
                'test/kubernetes/*.conformance.ts',
              ],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 15_000 } },
          // The files share the one real Kubernetes; each has a dev cluster of its own.
          fileParallelism: !namesKubernetes,
        },
      },
      {
        extends: true,
        // What users complain of, on a clock that the tests move.
        test: { name: 'user-pain', isolate: false, include: ['test/user-pain/**/*.test.ts'] },
      },
      {
        extends: true,
        // A few of the schedules of faults that `npm run test:chaos` plays.
        test: { name: 'chaos', include: ['test/chaos/seeds.test.ts'], testTimeout: 120_000 },
      },
      {
        extends: true,
        // Both servers at once, when CONFORMANCE names both.
        test: { name: 'differential', include: ['test/differential/agreement.test.ts'] },
      },
      {
        extends: true,
        // Malformed requests to the dev cluster; with CONFORMANCE naming both, to both at once.
        test: { name: 'fuzz', include: ['test/fuzz/*.test.ts'] },
      },
      {
        extends: true,
        // Bounds of time, last of all and one after the other: nothing else runs meanwhile.
        test: {
          name: 'devcluster',
          include: ['test/devcluster/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'docs', include: ['test/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        // Each case is a `davit` of its own with processes of its own: two at a time would share two cores.
        test: { name: 'run', include: ['test/run/**/*.test.ts'], testTimeout: 60_000, fileParallelism: false },
      },
    ],
  },
})
