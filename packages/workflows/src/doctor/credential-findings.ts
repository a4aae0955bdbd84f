import { X509Certificate } from 'node:crypto'
import type { KubeConfig } from '@davit/executor'
import type { Asked } from './asked.ts'
import { wordsOf } from './asked.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import { daysUntil, dayText, momentText } from './time-text.ts'

type Presented = Awaited<ReturnType<ReturnType<KubeConfig['credentials']['open']>['present']>>

/** What we show the server of who we are, or why there is nothing to show. Holds secrets: findings never do. */
export type Credentials = { readonly presented: Presented } | { readonly failure: string }

const NOBODY = 'the server does nothing for those whom it does not know'
const SOON_DAYS = 14

/** What the credentials say of themselves, before the server is asked. */
export function credentialFindings(credentials: Credentials, nowMs: number): readonly Finding[] {
  if ('failure' in credentials) {
    const what = `there are no credentials: ${credentials.failure}`
    return [problem('credentials', { what, why: NOBODY, todo: 'mend the user of the kubeconfig, or sign in again' })]
  }
  const { authorization, clientCertificate } = credentials.presented
  if (authorization === undefined && clientCertificate === undefined) {
    const what = 'the kubeconfig’s user has neither a token nor a certificate'
    return [warning('credentials', { what, why: NOBODY, todo: 'give the user of the context credentials' })]
  }
  return [
    ...(clientCertificate === undefined ? [] : certificateEnd(clientCertificate.certificate, nowMs)),
    ...(authorization === undefined ? [] : tokenEnd(authorization, nowMs)),
  ]
}

function certificateEnd(pem: string, nowMs: number): readonly Finding[] {
  const endsAtMs = Date.parse(new X509Certificate(pem).validTo)
  const left = daysUntil(endsAtMs, nowMs)
  const todo = 'have a new one made: kubeadm kubeconfig user, or as your provider says'
  const day = dayText(endsAtMs)
  if (endsAtMs <= nowMs) {
    return [problem('credentials', { what: `our client certificate ended on ${day}`, why: NOBODY, todo })]
  }
  if (left < SOON_DAYS) {
    return [
      warning('credentials', { what: `our client certificate ends on ${day}, in ${left} days`, why: NOBODY, todo }),
    ]
  }
  return [ok('credentials', `our client certificate lasts until ${day}: ${left} days left`)]
}

/** Of a JSON web token; another one does not say when it ends. */
function tokenEnd(authorization: string, nowMs: number): readonly Finding[] {
  const payload = /^Bearer [^.]+\.([^.]+)\.[^.]*$/.exec(authorization)?.[1]
  if (payload === undefined) return []
  let expires: unknown
  try {
    expires = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')).exp
  } catch {
    // Not a JSON web token after all: the server decides what it is worth.
    return []
  }
  if (typeof expires !== 'number') return []
  const endsAtMs = expires * 1000
  const moment = momentText(endsAtMs)
  if (endsAtMs > nowMs) return [ok('credentials', `our token lasts until ${moment}`)]
  const todo = 'have a new one made: kubectl create token, or sign in again'
  return [problem('credentials', { what: `our token ended at ${moment}`, why: NOBODY, todo })]
}

/** Whom the server takes us for. `user` null: it does not tell, as Kubernetes before 1.28. */
export function identityFindings(answer: Asked<string | null>): readonly Finding[] {
  if ('error' in answer) {
    const what = `the server does not accept our credentials: ${wordsOf(answer.error)}`
    return [
      problem('credentials', {
        what,
        why: NOBODY,
        todo: 'they have ended or were revoked, or are those of another cluster: sign in again, or have new ones made',
      }),
    ]
  }
  return answer.value === null ? [] : [ok('credentials', `the server knows us as ${answer.value}`)]
}
