import { describe, expect, it } from 'vitest'
import { mayChoosePort, taskApiAddress, workerUrl } from '../../src/task-api/listen-address.ts'

describe('taskApiAddress', () => {
  it.each([
    [undefined, undefined, { host: '127.0.0.1', port: 0, isTls: false }],
    [{ host: '::1', port: 9 }, undefined, { host: '::1', port: 9, isTls: false }],
    [{ host: '10.0.0.5', port: 9 }, undefined, { host: '10.0.0.5', port: 9, isTls: true }],
    [{ host: '0.0.0.0', port: 9 }, 'https://a:9/', { host: '0.0.0.0', port: 9, isTls: true, url: 'https://a:9' }],
    [undefined, 'https://a.example/task', { host: '127.0.0.1', port: 0, isTls: false, url: 'https://a.example/task' }],
    [undefined, 'http://localhost:9', { host: '127.0.0.1', port: 0, isTls: false, url: 'http://localhost:9' }],
  ])('listen %j, url %j', (listen, url, address) => {
    expect(taskApiAddress(listen, url)).toEqual(address)
  })

  it.each([
    [{ host: '0.0.0.0', port: 9 }, undefined, /--task-api-url/],
    [{ host: '10.0.0.5', port: 9 }, 'http://10.0.0.5:9', /write https/],
    [undefined, 'http://10.0.0.5:9', /in the clear/],
    [undefined, 'ftp://a', /no http or https/],
    [undefined, 'here', /no http or https/],
  ])('refuses listen %j with url %j', (listen, url, message) => {
    expect(() => taskApiAddress(listen, url)).toThrow(message)
  })
})

describe('what workers are told', () => {
  it.each([
    [undefined, undefined, 'http://127.0.0.1:4711', true],
    [{ host: '::1', port: 9 }, undefined, 'http://[::1]:4711', true],
    [{ host: '10.0.0.5', port: 0 }, undefined, 'https://10.0.0.5:4711', true],
    [{ host: '0.0.0.0', port: 0 }, 'https://a:0', 'https://a:4711', true],
    [{ host: '0.0.0.0', port: 0 }, 'https://a:0/task/', 'https://a:4711/task', true],
    [{ host: '0.0.0.0', port: 9 }, 'https://a:9', 'https://a:9', false],
    [{ host: '0.0.0.0', port: 443 }, 'https://a', 'https://a', false],
  ])('listen %j, url %j: %s', (listen, url, told, mayChoose) => {
    const address = taskApiAddress(listen, url)
    expect([workerUrl(address, 4711), mayChoosePort(address)]).toEqual([told, mayChoose])
  })
})
