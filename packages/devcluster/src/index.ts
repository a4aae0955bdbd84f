export type { FaultHandle, FaultScope, Refusal } from './apiserver/fault-rules.ts'
export type { RequestInfo } from './apiserver/http/request-info.ts'
export type { RequestLog, RequestMatch, RequestRecord } from './apiserver/request-log.ts'
export type { Clock, Timer } from './clock.ts'
export {
  type DevCluster,
  type DevClusterOptions,
  KubeconfigExistsError,
  PortTakenError,
  startDevCluster,
} from './dev-cluster.ts'
export { type Faults, FaultTargetError, type PodReference } from './faults.ts'
