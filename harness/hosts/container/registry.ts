import { execFile } from 'node:child_process'

/** How long a command such as `list` may wait for a network. */
export const patienceMs = 2000

// Runs in its own process, which can be killed: a DNS query without an answer blocks its process for half a minute. Any
// HTTP answer will do, even one that requires a password. Behind a proxy, a CONNECT to the registry is tried.
const question = `const [address, proxy] = process.argv.slice(1)
const { hostname, port, protocol } = new URL(address)
const done = (error) => process.exit(error ? (console.error(error.code || error.message), 1) : 0)
const http = require('node:http')
const request = proxy && protocol === 'https:'
  ? http.request(proxy, { method: 'CONNECT', path: hostname + ':' + (port || 443) })
      .on('connect', ({ statusCode }) => done(statusCode === 200 ? undefined : { code: 'the proxy answers ' + statusCode }))
  : require(protocol === 'https:' ? 'node:https' : 'node:http').get(address, () => done())
request.on('error', done).end()`

/**
 * The host of the registry of a reference such as `quay.io/centos/centos:stream9`. The first part is a host if it has a
 * dot or a colon, or is `localhost`: https://pkg.go.dev/github.com/distribution/reference
 */
export function registryOf(reference: string): string {
  const [first, ...rest] = reference.split('/')
  return rest.length > 0 && /[.:]|^localhost$/.test(first!) ? first! : 'registry-1.docker.io'
}

const results = new Map<string, Promise<string | undefined>>()

/** Why this machine gets no answer from a registry, in a word or two; undefined where it answers. Tried once. */
export function unreachable(registry: string): Promise<string | undefined> {
  const result = results.get(registry) ?? connectTo(registry)
  results.set(registry, result)
  return result
}

function connectTo(registry: string): Promise<string | undefined> {
  // An engine uses plain HTTP for registries on this machine.
  const scheme = /^(localhost|127\.[\d.]+)(:|$)/.test(registry) ? 'http' : 'https'
  const proxy = process.env.HTTPS_PROXY || process.env.https_proxy
  const words = ['-e', question, `${scheme}://${registry}/v2/`, ...(proxy ? [proxy] : [])]
  return new Promise((resolve) => {
    execFile(process.execPath, words, { timeout: patienceMs, killSignal: 'SIGKILL' }, (error, _, stderr) =>
      resolve(error ? (error.killed ? `waited ${patienceMs / 1000} s` : stderr.trim()) : undefined),
    )
  })
}
