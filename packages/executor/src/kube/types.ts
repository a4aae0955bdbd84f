import type { Container, ContainerStatus, Pod as PodOf130, PodSpec, PodStatus } from 'kubernetes-types/core/v1.d.ts'
import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts'

/** A pod as the API server speaks of it: plain JSON. */
export type Pod = PodOf130
export type { Container, ContainerStatus, ObjectMeta, PodSpec, PodStatus }

/** What the API server says instead of an object: of a refusal, and of some deletions. Kept whole. */
export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly status?: 'Success' | 'Failure'
  readonly code?: number
  readonly reason?: string
  readonly message?: string
  readonly details?: {
    readonly name?: string
    readonly group?: string
    readonly kind?: string
    readonly uid?: string
    readonly retryAfterSeconds?: number
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[]
  }
}

/** One page of a list. */
export interface List<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
  /** Present: there is another page. */
  readonly continue?: string
  readonly remainingItemCount?: number
}

/** One line of a watch. A bookmark carries only a version; an error is the stream's last line. */
export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T; readonly resourceVersion: string }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  | { readonly type: 'ERROR'; readonly status: Status }

/** What is read of a Kubernetes Event about a pod. */
export interface PodEvent {
  /** `Normal` or `Warning`. */
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  /** How often it was seen. */
  readonly count?: number
  /** ISO 8601; either may be there. */
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
}
