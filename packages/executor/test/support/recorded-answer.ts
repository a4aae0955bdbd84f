import { readFileSync } from 'node:fs'

const folder = new URL('../kube/protobuf/testdata/', import.meta.url)

/** What a real API server answered in protobuf; `testdata/README.md` says to what. */
export function recordedProtobuf(name: string): Buffer {
  return Buffer.from(readFileSync(new URL(`${name}.protobuf.base64`, folder), 'utf8'), 'base64')
}

/** The same in JSON. */
export function recordedJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
}

/** The same in JSON, line by line. */
export function recordedLines(name: string): readonly string[] {
  return readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .trim()
    .split('\n')
}
