import { describe, expect, it } from 'vitest'
import { librariesInLdd } from './shared-libraries.ts'

describe('librariesInLdd', () => {
  it('finds the libraries and the loader', () => {
    const text = `	linux-vdso.so.1 (0x00007ffc5a9f2000)
	libdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f1c0a5f8000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f1c0a417000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f1c0a602000)
`
    expect(librariesInLdd(text)).toEqual([
      '/lib/x86_64-linux-gnu/libdl.so.2',
      '/lib/x86_64-linux-gnu/libc.so.6',
      '/lib64/ld-linux-x86-64.so.2',
    ])
  })

  it('finds none in a static program', () => {
    expect(librariesInLdd('\tstatically linked\n')).toEqual([])
  })
})
