import { TaskApiError } from './task-api-error.ts'

/** Where the task API listens, and what workers are told. */
export interface TaskApiAddress {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Our own certificate, to which workers are pinned. */
  readonly isTls: boolean
  /** For workers; undefined: made of host and port. A port 0 in it stands for the one that is listened on. */
  readonly url?: string
}

/**
 * Plain HTTP on loopback, TLS elsewhere. An address that workers use may differ from the one listened on: a proxy before
 * a listener on loopback must speak TLS itself when it is not on this machine.
 * @throws {TaskApiError} `TASK_API_URL`
 */
export function taskApiAddress(
  listen: { readonly host: string; readonly port: number } | undefined,
  url: string | undefined,
): TaskApiAddress {
  const { host, port } = listen ?? { host: '127.0.0.1', port: 0 }
  const isTls = !isLoopback(host)
  if (url === undefined) {
    if (['0.0.0.0', '::'].includes(host)) {
      throw new TaskApiError(
        'TASK_API_URL',
        `the task API listens on every address (${host}): say by --task-api-url which of them pods reach`,
      )
    }
    return { host, port, isTls }
  }
  const target = URL.parse(url)
  if (!target || !/^https?:$/.test(target.protocol)) {
    throw new TaskApiError('TASK_API_URL', `${JSON.stringify(url)} is no http or https address`)
  }
  if (target.protocol === 'http:' && isTls) {
    throw new TaskApiError('TASK_API_URL', `the task API speaks TLS on ${host}: write https:// in --task-api-url`)
  }
  if (target.protocol === 'http:' && !isLoopback(target.hostname)) {
    throw new TaskApiError(
      'TASK_API_URL',
      `${url} would carry secrets in the clear: use https, and listen on an address that pods reach`,
    )
  }
  return { host, port, isTls, url: target.href.replace(/\/$/, '') }
}

/** Whether another port than the one asked for will do, when that is taken: workers are told no port but ours. */
export function mayChoosePort({ url }: TaskApiAddress): boolean {
  return url === undefined || new URL(url).port === '0'
}

/** What workers are told, once the port that is listened on is known. */
export function workerUrl({ host, isTls, url }: TaskApiAddress, port: number): string {
  const target = new URL(url ?? `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:0`)
  if (target.port === '0') target.port = String(port)
  return target.href.replace(/\/$/, '')
}

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '')
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name)
}
