import type { KubeConfig } from '@davit/executor'
import { type Finding, ok, problem, warning } from './finding.ts'
import type { Reach } from './reach-server.ts'
import { daysUntil, dayText } from './time-text.ts'

const NOTHING = 'nothing can be launched, and nothing of what runs is seen'

interface ConnectionFacts {
  readonly reach: Reach
  readonly cluster: KubeConfig['cluster']
  readonly env: Readonly<Record<string, string | undefined>>
  readonly nowMs: number
}

/** What the way to the server shows: address, proxy, certificate. Without a problem among them the server can be asked. */
export function connectionFindings(facts: ConnectionFacts): readonly Finding[] {
  return [addressFinding(facts), ...proxyFindings(facts), ...certificateFindings(facts)]
}

function addressFinding({ reach: { host, port, failure }, cluster: { server } }: ConnectionFacts): Finding {
  if (failure === null) return ok('address', `${server} answers`)
  const { step, code, message } = failure
  const said = code || message
  const todo = 'compare the server of the kubeconfig with: kubectl cluster-info'
  const told = {
    dns: {
      what: `the host name ${host} of ${server} has no address (${said})`,
      todo: `is the name right, and does this machine's DNS know it? Try: nslookup ${host}`,
    },
    tcp:
      code === 'ECONNREFUSED'
        ? { what: `nothing listens at ${host} port ${port} (${said})`, todo: `is the server running? ${todo}` }
        : {
            what: `${host} port ${port} cannot be reached: ${message}`,
            todo: `a firewall, a VPN or a proxy may stand between; ${todo}`,
          },
    tls: {
      what: `${host} port ${port} does not speak TLS as an API server does: ${message}`,
      todo: `is it the API server's port, and is a proxy in between? ${todo}`,
    },
    http: {
      what: `${host} port ${port} took the connection and gave no answer: ${message}`,
      todo: `is it the API server's port, and does it want a client certificate? ${todo}`,
    },
  }
  return problem('address', { ...told[step], why: NOTHING })
}

/** Davit connects directly: who sets a proxy for everything may not expect that. */
function proxyFindings({ reach, env }: ConnectionFacts): readonly Finding[] {
  const { host, isTls, failure } = reach
  const names = isTls
    ? ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']
    : ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']
  const name = names.find((each) => env[each])
  if (name === undefined || isExcepted(host, env.NO_PROXY ?? env.no_proxy ?? '')) return []
  if (failure === null) return [ok('proxy', `${name} is set and not used: the server is reached directly`)]
  const trouble = {
    what: `${name} is set, and not used: davit connects to the API server directly`,
    why: 'where only the proxy is let out, nothing else reaches the server',
    todo: 'let this machine reach the server directly, or run davit inside the cluster',
  }
  return [warning('proxy', trouble)]
}

function isExcepted(host: string, exceptions: string): boolean {
  if (host === 'localhost' || host.startsWith('127.') || host === '::1') return true
  return exceptions
    .split(/[\s,]+/)
    .filter((each) => each !== '')
    .some((each) => each === '*' || host === each || host.endsWith(each.startsWith('.') ? each : `.${each}`))
}

const SOON_DAYS = 14

function certificateFindings({ reach, cluster, nowMs }: ConnectionFacts): readonly Finding[] {
  const { certificate, isTls, host } = reach
  if (!isTls) {
    if (isExcepted(host, '')) return []
    const trouble = {
      what: `${cluster.server} is plain HTTP`,
      why: 'credentials, and what tasks are given in their pods, are sent in the clear',
      todo: 'give the https address of the API server',
    }
    return [warning('certificate', trouble)]
  }
  if (certificate === null) return []
  const { distrust, endsAtMs } = certificate
  const day = dayText(endsAtMs)
  const left = daysUntil(endsAtMs, nowMs)
  if (distrust !== null && cluster.insecureSkipTlsVerify) {
    const trouble = {
      what: `the server's certificate is not looked at (insecure-skip-tls-verify), and would not be trusted: ${distrust}`,
      why: 'whoever answers at that address gets our credentials',
      todo: 'give certificate-authority-data in the kubeconfig, and leave insecure-skip-tls-verify away',
    }
    return [warning('certificate', trouble)]
  }
  if (distrust !== null) return [problem('certificate', { ...distrusted(distrust, host, day), why: NOTHING })]
  if (left < SOON_DAYS) {
    const trouble = {
      what: `the server's certificate ends on ${day}: ${daysText(left)} left`,
      why: `from then on ${NOTHING}`,
      todo: 'renew it (kubeadm certs renew apiserver, or as your provider says)',
    }
    return [warning('certificate', trouble)]
  }
  return [ok('certificate', `the server's certificate is trusted, until ${day}: ${daysText(left)} left`)]
}

function distrusted(code: string, host: string, day: string): { what: string; todo: string } {
  if (code === 'CERT_HAS_EXPIRED') {
    return {
      what: `the server's certificate, or that of its authority, has expired; its own end is ${day} (${code})`,
      todo: 'renew it (kubeadm certs renew apiserver, or as your provider says), and look at the clock of this machine',
    }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      what: `the server's certificate is not for ${host} (${code})`,
      todo: 'use an address that the certificate has, or give tls-server-name in the kubeconfig',
    }
  }
  return {
    what: `the server's certificate is not signed by an authority that we trust (${code})`,
    todo: "give the cluster's own authority in the kubeconfig: certificate-authority-data; another cluster at that address has another one",
  }
}

function daysText(days: number): string {
  return days === 1 ? '1 day' : `${days} days`
}
