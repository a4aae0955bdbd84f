import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, relative, resolve } from 'node:path'
import type { Clock } from '@davit/executor'
import { type BuildProblem, bundleDag } from './bundle-dag.ts'
import { checkDag } from './check-dag.ts'
import type { DagDocument } from './dag-document.ts'
import { DagLoadError } from './dag-load-error.ts'
import type { LoadedDag } from './dag-spec.ts'
import { type DocumentPath, documentPathText } from './document-path.ts'
import { type Evaluation, evaluateDag } from './evaluate-dag.ts'
import type { Finding } from './finding.ts'
import type { Problem } from './problem.ts'
import { readYamlDag } from './read-yaml-dag.ts'
import { resolveFiles } from './resolve-files.ts'
import { authorsFrame } from './stack-frame.ts'

export interface LoadDagOptions {
  /** How problems name the file. @default as given */
  readonly shownAs?: string
  /** What `file` is relative to. */
  readonly cwd: string
  /** The environment; only PATH, HOME, TMPDIR, TZ and the language reach the file. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** How long the file may take to evaluate. @default 30_000 */
  readonly deadlineMs?: number
  readonly clock?: Clock
  readonly signal?: AbortSignal
  /** What the file prints while it is evaluated. */
  readonly onOutput?: (text: string) => void
}

const SCRIPTS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']
const YAML = ['.yaml', '.yml']

/**
 * Loads a DAG file, TypeScript, JavaScript or YAML, by its extension.
 * @throws {DagLoadError} with every problem of the file.
 */
export async function loadDag(file: string, options: LoadDagOptions): Promise<LoadedDag> {
  const absolute = resolve(options.cwd, file)
  const source = new DagSource(options.shownAs ?? file, absolute, options.cwd)
  const extension = extname(absolute).toLowerCase()
  const text = await readSource(source)
  if (YAML.includes(extension)) return loadYaml(text, source)
  if (SCRIPTS.includes(extension)) return loadScript(source, options)
  throw source.invalid([
    {
      file: source.name,
      path: null,
      message: extension ? `a DAG file cannot end in ${extension}` : 'the file name has no extension',
      hint: 'use .ts, .mts, .js, .mjs, .yaml or .yml',
    },
  ])
}

/** The file: as its author names it in problems, and where it is. */
class DagSource {
  readonly name: string
  readonly absolute: string
  readonly folder: string
  readonly #cwd: string

  constructor(name: string, absolute: string, cwd: string) {
    this.name = name
    this.absolute = absolute
    this.folder = dirname(absolute)
    this.#cwd = cwd
  }

  problem({ file, path, message, hint }: Finding, where?: string): Problem {
    return {
      file: file === undefined ? this.name : this.#shown(file),
      path: documentPathText(path),
      message: where === undefined ? message : `${message} (${where})`,
      ...(hint !== undefined && { hint }),
    }
  }

  /** A problem at a line of a file that may be another one that this imports. */
  problemAt(place: Omit<BuildProblem, 'message' | 'hint'>, message: string, hint?: string): Problem {
    const at = place.line === null ? '' : ` (line ${place.line}, column ${place.column})`
    const file = place.file === null || place.file === this.absolute ? this.name : this.#shown(place.file)
    return { file, path: null, message: `${message}${at}`, ...(hint !== undefined && { hint }) }
  }

  /** Another file than the DAG's: as short as it can be said. */
  #shown(file: string): string {
    const path = relative(this.#cwd, file)
    return path.startsWith('..') ? file : path
  }

  invalid(problems: readonly Problem[]): DagLoadError {
    return new DagLoadError('DAG_INVALID', this.name, problems)
  }
}

async function readSource(source: DagSource): Promise<string> {
  try {
    if ((await stat(source.absolute)).isDirectory()) throw new Error('it is a folder')
    return await readFile(source.absolute, 'utf8')
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const message = missing
      ? 'there is no such file'
      : `cannot be read: ${cause instanceof Error ? cause.message : cause}`
    const hint = missing ? `looked for ${source.absolute}` : undefined
    const problem = { file: source.name, path: null, message, ...(hint !== undefined && { hint }) }
    throw new DagLoadError('DAG_NOT_FOUND', source.name, [problem], { cause })
  }
}

async function loadYaml(text: string, source: DagSource): Promise<LoadedDag> {
  const { document, locate } = readYamlDag(text)
  return finish(document, source, null, locate)
}

async function loadScript(source: DagSource, options: LoadDagOptions): Promise<LoadedDag> {
  const bundled = await bundleDag(source.absolute)
  if (!bundled.ok) {
    throw source.invalid(bundled.problems.map(({ message, hint, ...place }) => source.problemAt(place, message, hint)))
  }
  const { env, clock, signal, onOutput, deadlineMs = 30_000 } = options
  const evaluation = await evaluateDag(bundled.bundle.code, {
    folder: source.folder,
    deadlineMs,
    env,
    ...(clock && { clock }),
    ...(signal && { signal }),
    ...(onOutput && { onOutput }),
  })
  if (!evaluation.ok) throw source.invalid([evaluationProblem(evaluation, source)])
  return finish(evaluation.document, source, bundled.bundle)
}

function evaluationProblem({ error }: Evaluation & { ok: false }, source: DagSource): Problem {
  const frame = authorsFrame(error.stack) ?? { file: null, line: null, column: null }
  return source.problemAt(frame, error.message, error.hint)
}

async function finish(
  document: DagDocument,
  source: DagSource,
  bundle: LoadedDag['bundle'],
  locate?: (path: DocumentPath) => string | undefined,
): Promise<LoadedDag> {
  const asProblems = (findings: readonly Finding[]) =>
    uniqueProblems(
      findings.map((finding) =>
        source.problem(finding, finding.file === undefined ? locate?.(finding.path) : undefined),
      ),
    )
  if (!document.isReadable) throw source.invalid(asProblems(document.problems))
  const { spec, found } = checkDag(document, source.folder)
  const { files, problems: fileProblems } = await resolveFiles(source.folder, spec.files)
  const problems = asProblems([...found.problems, ...fileProblems])
  if (problems.length > 0) throw source.invalid(problems)
  return { file: source.absolute, spec, bundle, files, warnings: asProblems(found.warnings) }
}

/** What several tasks inherit is wrong once. */
function uniqueProblems(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
}
