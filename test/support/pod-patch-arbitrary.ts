import fc from 'fast-check'

type Json = Record<string, unknown>

/** A pod that has something for each kind of patch to work on. Valid, and with the defaults that patches could tell. */
export const patchedPod = {
  metadata: {
    labels: { a: '1', b: '2' },
    annotations: { note: 'x' },
    finalizers: ['davit.test/a', 'davit.test/b', 'davit.test/c'],
  },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 5,
    activeDeadlineSeconds: 100,
    hostNetwork: false,
    nodeSelector: { disk: 'ssd', zone: 'a' },
    securityContext: { runAsUser: 7, runAsNonRoot: true },
    tolerations: [{ key: 'x', operator: 'Exists' }],
    hostAliases: [{ ip: '10.0.0.1', hostnames: ['one'] }],
    imagePullSecrets: [{ name: 'pull' }],
    initContainers: [
      { name: 'prepare', image: 'busybox', imagePullPolicy: 'IfNotPresent', env: [{ name: 'A', value: '0' }] },
    ],
    containers: [
      {
        name: 'base',
        image: 'busybox',
        imagePullPolicy: 'IfNotPresent',
        args: ['one', 'two'],
        tty: true,
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
          { name: 'C', value: '3' },
        ],
        ports: [{ containerPort: 80, name: 'web', protocol: 'TCP' }],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1' } },
        securityContext: { runAsUser: 8, allowPrivilegeEscalation: true },
      },
      { name: 'side', image: 'busybox', imagePullPolicy: 'IfNotPresent', env: [{ name: 'A', value: '9' }] },
    ],
    volumes: [
      { name: 'data', emptyDir: { medium: 'Memory' } },
      { name: 'cache', emptyDir: {} },
    ],
  },
}

const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 4 })

/** An object of some of these members. */
function some(members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Json> {
  const optional = Object.fromEntries(Object.entries(members).map(([name, value]) => [name, sometimes(value)]))
  return fc
    .record(optional)
    .map((chosen) => Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)))
}

function map(keys: readonly string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<Json> {
  const members = some(Object.fromEntries(keys.map((key) => [key, orNull(value)])))
  return fc.oneof(
    { weight: 5, arbitrary: members },
    { weight: 1, arbitrary: members.map((all) => ({ ...withoutNulls(all), $patch: 'replace' })) },
  )
}

/** Items that {@link patchedPod} has nowhere: Kubernetes leaves directives in them as they are, as if they were fields. */
const NEW: readonly unknown[] = ['D', 'more', 'extra', 'new', 'other', 82, '10.0.0.2']

/** A merged list: some items by their keys, each changed, new or deleted, sometimes in the place of the whole list. */
function list(key: string, names: readonly unknown[], item: fc.Arbitrary<Json>): fc.Arbitrary<Json[]> {
  const changed = fc.tuple(fc.subarray([...names]), fc.array(item, { minLength: 4, maxLength: 4 }), fc.nat(3))
  return changed.chain(([chosen, contents, deleted]) =>
    fc.shuffledSubarray(chosen, { minLength: chosen.length }).chain((inOrder) =>
      fc.integer({ min: 0, max: 9 }).map((luck) => {
        const items = inOrder.map((name, index) => {
          if (index === deleted && luck < 6) return { [key]: name, $patch: 'delete' }
          const content = contents[index % 4] ?? {}
          return { [key]: name, ...(NEW.includes(name) ? (plain(content) as Json) : content) }
        })
        const replaces = luck === 9 && items.some((each) => !('$patch' in each))
        return replaces
          ? [{ $patch: 'replace' }, ...items.filter((each) => !('$patch' in each)).map((each) => plain(each) as Json)]
          : items
      }),
    ),
  )
}

/** Puts an order beside a list, in which the patch's own items come as they stand. */
function ordered(
  field: string,
  key: string,
  others: readonly unknown[],
  object: fc.Arbitrary<Json>,
): fc.Arbitrary<Json> {
  return fc.tuple(object, fc.integer({ min: 0, max: 3 })).map(([made, luck]) => {
    const items = (made[field] as Json[] | undefined)?.filter((item) => item.$patch !== 'delete')
    if (items === undefined || luck > 0 || items.some((item) => item.$patch === 'replace')) return made
    const named = items.map((item) => item[key])
    const order = [...named, ...others.filter((name) => !named.includes(name))]
    return { ...made, [`$setElementOrder/${field}`]: order.map((name) => ({ [key]: name })) }
  })
}

const word = fc.constantFrom('', 'x', 'y', 'false')
const env = list('name', ['A', 'B', 'C', 'D'], some({ value: orNull(word) }))
const container = ordered(
  'env',
  'name',
  ['C', 'A', 'B'],
  some({
    image: fc.constantFrom('alpine', 'busybox:2'),
    args: orNull(fc.array(word, { maxLength: 2 })),
    tty: orNull(fc.boolean()),
    stdin: fc.constant(false),
    workingDir: orNull(fc.constantFrom('', '/tmp')),
    imagePullPolicy: orNull(fc.constantFrom('Always', 'Never')),
    env,
    ports: list('containerPort', [80, 81, 82], some({ hostPort: orNull(fc.constantFrom(8080, 8081)) })),
    volumeMounts: list(
      'mountPath',
      ['/data', '/cache'],
      some({ readOnly: fc.boolean() }).map((rest) => ({ name: 'cache', ...rest })),
    ),
    resources: some({
      limits: orNull(map(['cpu', 'memory'], fc.constantFrom('2', '3Gi'))),
      requests: orNull(map(['cpu'], fc.constantFrom('500m', 1))),
    }),
    securityContext: orNull(
      some({
        runAsUser: orNull(fc.constantFrom(0, 9)),
        allowPrivilegeEscalation: orNull(fc.boolean()),
        privileged: fc.constant(false),
      }),
    ),
  }),
)

const volume = fc.oneof(
  fc.constant<Json>({ emptyDir: { sizeLimit: '1Gi' } }),
  fc.constant<Json>({ emptyDir: null, hostPath: { path: '/x' } }),
  fc.constant<Json>({ $retainKeys: ['name', 'hostPath'], hostPath: { path: '/y', type: '' } }),
)

const finalizers = fc.oneof(
  fc.record({ finalizers: fc.subarray(['davit.test/b', 'davit.test/d']) }),
  fc.record({ '$deleteFromPrimitiveList/finalizers': fc.subarray(['davit.test/a', 'davit.test/x']) }),
  fc.constant({
    '$setElementOrder/finalizers': ['davit.test/c', 'davit.test/d', 'davit.test/a'],
    finalizers: ['davit.test/d'],
  }),
  fc.constant({}),
)

const spec = ordered(
  'containers',
  'name',
  ['side', 'base'],
  some({
    terminationGracePeriodSeconds: orNull(fc.constantFrom(0, 10)),
    activeDeadlineSeconds: orNull(fc.constantFrom(1, 50)),
    enableServiceLinks: orNull(fc.boolean()),
    hostNetwork: orNull(fc.constant(false)),
    hostname: fc.constantFrom('', 'h'),
    nodeSelector: orNull(map(['disk', 'zone', 'new'], word)),
    securityContext: some({ runAsUser: orNull(fc.constantFrom(0, 3)), runAsNonRoot: orNull(fc.constant(false)) }),
    tolerations: orNull(fc.subarray([{ key: 'y', operator: 'Exists' }, { operator: 'Exists' }])),
    hostAliases: list('ip', ['10.0.0.1', '10.0.0.2'], fc.constant({ hostnames: ['two'] })),
    imagePullSecrets: list('name', ['pull', 'other'], fc.constant({})),
    initContainers: list(
      'name',
      ['prepare', 'more'],
      container.map((made) => ({ image: 'busybox', ...made })),
    ),
    containers: list(
      'name',
      ['base', 'side', 'extra'],
      container.map((made) => ({ image: 'busybox', ...made })),
    ),
    volumes: list('name', ['cache', 'new'], volume),
  }),
)

/** Patches of {@link patchedPod} with every directive, most of which make a valid pod. */
export const podPatchArbitrary: fc.Arbitrary<Json> = fc
  .tuple(
    some({ labels: map(['a', 'b', 'c'], word), annotations: orNull(map(['note', 'more'], word)) }),
    finalizers,
    sometimes(spec),
  )
  .map(([marks, ends, specPatch]) => ({ metadata: { ...marks, ...ends }, ...(specPatch && { spec: specPatch }) }))

function withoutNulls(object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}

/** Without nulls and directives, to any depth. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isDirected(item)).map(plain)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([key, member]) => member !== null && !key.startsWith('$'))
  return Object.fromEntries(members.map(([key, member]) => [key, plain(member)]))
}

function isDirected(item: unknown): boolean {
  return typeof item === 'object' && item !== null && '$patch' in item
}
