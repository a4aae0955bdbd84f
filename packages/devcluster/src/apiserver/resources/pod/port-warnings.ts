import type { Container } from './pod-spec.ts'

type Port = NonNullable<Container['ports']>[number]
type PlacedPort = readonly [path: string, port: Port]

/** What is said of ports that get in each other's way: each against all before it, in all containers of a pod. */
export function portWarnings(containers: readonly (readonly [path: string, container: Container])[]): string[] {
  const ports = containers.flatMap(([path, { ports = [] }]) =>
    ports.map((port, index): PlacedPort => [`${path}.ports[${index}]`, port]),
  )
  return [
    ...ports.flatMap(([path, port], index) => [
      ...lonelyAddress(path, port),
      ...ports.slice(0, index).flatMap(([otherPath, other]) => {
        const trouble = troubleOf(port, other)
        return trouble === undefined ? [] : [`${path}: ${trouble} port definition with ${otherPath}`]
      }),
    ]),
    ...repeatedNames(ports),
  ]
}

function lonelyAddress(path: string, { name = '', hostIP, hostPort, containerPort, protocol }: Port): string[] {
  if (!hostIP || hostPort) return []
  const shown = `{Name:${name} HostPort:0 ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`
  return [`${path}: hostIP set without hostPort: ${shown}`]
}

function troubleOf(port: Port, other: Port): string | undefined {
  if (port.containerPort !== other.containerPort || port.protocol !== other.protocol) return undefined
  const [hostPort, otherHostPort] = [port.hostPort ?? 0, other.hostPort ?? 0]
  const [hostIp, otherHostIp] = [port.hostIP ?? '', other.hostIP ?? '']
  if (hostIp === otherHostIp && hostPort === otherHostPort) return 'duplicate'
  if (hostPort === 0 || otherHostPort === 0) return 'overlapping'
  const isAmbiguous = hostPort === otherHostPort && (hostIp === '') !== (otherHostIp === '')
  return isAmbiguous ? 'dangerously ambiguous' : undefined
}

function repeatedNames(ports: readonly PlacedPort[]): string[] {
  return ports.flatMap(([path, { name }], index) => {
    const [first] = ports.slice(0, index).find(([, other]) => name && other.name === name) ?? []
    if (first === undefined) return []
    const use = `services and probes that select ports by name will use ${first}`
    return [`${path}: duplicate port name "${name}" with ${first}, ${use}`]
  })
}
