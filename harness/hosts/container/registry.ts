import { execFile } from 'node:child_process'

/** As long as a person who only wants a list may be made to wait. */
export const patienceMs = 2000

// In a process of its own, which can be ended: the look-up of a name that no server answers for holds its process for
// half a minute. Any answer will do, one that wants a password too. A proxy is asked for the way to the registry.
const question = `const [address, proxy] = process.argv.slice(1)
const { hostname, port, protocol } = new URL(address)
const done = (error) => process.exit(error ? (console.error(error.code || error.message), 1) : 0)
const http = require('node:http')
const asked = proxy && protocol === 'https:'
  ? http.request(proxy, { method: 'CONNECT', path: hostname + ':' + (port || 443) })
      .on('connect', ({ statusCode }) => done(statusCode === 200 ? undefined : { code: 'the proxy says ' + statusCode }))
  : require(protocol === 'https:' ? 'node:https' : 'node:http').get(address, () => done())
asked.on('error', done).end()`

/**
 * The host of the registry that a reference such as `quay.io/centos/centos:stream9` is pulled from. Its first part is
 * one where it looks like one: https://pkg.go.dev/github.com/distribution/reference
 */
export function registryOf(reference: string): string {
  const [first, ...rest] = reference.split('/')
  return rest.length > 0 && /[.:]|^localhost$/.test(first!) ? first! : 'registry-1.docker.io'
}

const asked = new Map<string, Promise<string | undefined>>()

/** Why a registry cannot be reached from this machine, in a word or two; undefined where it answers. Asked once. */
export function unreachable(registry: string): Promise<string | undefined> {
  const asking = asked.get(registry) ?? ask(registry)
  asked.set(registry, asking)
  return asking
}

function ask(registry: string): Promise<string | undefined> {
  // An engine speaks plain HTTP with this machine itself.
  const scheme = /^(localhost|127\.[\d.]+)(:|$)/.test(registry) ? 'http' : 'https'
  const proxy = process.env.HTTPS_PROXY || process.env.https_proxy
  const words = ['-e', question, `${scheme}://${registry}/v2/`, ...(proxy ? [proxy] : [])]
  return new Promise((resolve) => {
    execFile(process.execPath, words, { timeout: patienceMs, killSignal: 'SIGKILL' }, (error, _, stderr) =>
      resolve(error ? (error.killed ? `waited ${patienceMs / 1000} s` : stderr.trim()) : undefined),
    )
  })
}
