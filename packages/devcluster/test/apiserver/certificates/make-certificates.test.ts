import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { makeCertificates } from '../../../src/apiserver/certificates/make-certificates.ts'

const made = makeCertificates()
const authority = new X509Certificate(made.authorityPem)
const certificate = new X509Certificate(made.certificatePem)

describe('the authority', () => {
  it('signs itself, and is one', () => {
    expect(authority.ca).toBe(true)
    expect(authority.subject).toBe('CN=davit-devcluster-ca')
    expect(authority.verify(authority.publicKey)).toBe(true)
    expect(authority.checkIssued(authority)).toBe(true)
  })
})

describe('the certificate', () => {
  it('is for the loopback alone, and signed by the authority', () => {
    expect(certificate.ca).toBe(false)
    expect(certificate.subject).toBe('CN=davit-devcluster')
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1')
    expect(certificate.verify(authority.publicKey)).toBe(true)
    expect(certificate.checkIssued(authority)).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(made.privateKeyPem))).toBe(true)
    // serverAuth
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  })

  it('has a serial number of its own, and holds for a year', () => {
    expect(certificate.serialNumber).not.toBe(authority.serialNumber)
    expect(certificate.serialNumber.length).toBeGreaterThan(20)
    const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000
    expect(Math.round(days)).toBe(366)
    expect(certificate.validFromDate.getTime()).toBeLessThan(Date.now())
  })

  it.each(['127.0.0.1', 'localhost'])('serves TLS as %s to who trusts the authority', async (name) => {
    const server = createServer({ cert: made.certificatePem, key: made.privateKeyPem }, (socket) => socket.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    try {
      const options = { host: '127.0.0.1', port, ...(name === 'localhost' && { servername: name }) }
      const socket = connect({ ...options, ca: made.authorityPem })
      await once(socket, 'secureConnect')
      expect(socket.authorized).toBe(true)
      socket.destroy()
      const stranger = connect({ ...options, ca: makeCertificates().authorityPem })
      await expect(once(stranger, 'secureConnect')).rejects.toThrow('certificate')
    } finally {
      server.close()
    }
  })
})
