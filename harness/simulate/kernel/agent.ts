import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { LabError } from '../../lib/errors.ts'
import { type KernelFlow, type NamespaceName, namespaceNames } from './host-spec.ts'
import type { Step } from './steps.ts'

export type Ending = 'answered' | 'refused' | 'unreachable' | 'silent'
export interface Server {
  namespace: NamespaceName
  protocol: 'tcp' | 'udp'
  address: string
  port: number
  /** A proxy's target. */
  to?: { address: string; port: number }
}

/** The processes that hold the namespaces. */
export type Holders = Record<NamespaceName, number>

/** The helper process that makes namespaces and sends packets between them. It serves one host at a time. */
export class Agent implements AsyncDisposable {
  private readonly dir = mkdtempSync(`/dev/shm/dfsim-${process.pid}-`)
  private readonly child: ChildProcess
  private readonly lines: AsyncIterableIterator<string>
  private readonly reader: Interface

  constructor() {
    const program = new URL('agent.pl', import.meta.url).pathname
    const env = { ...process.env, LC_ALL: 'C', listening: this.dir }
    this.child = spawn('perl', [program], { stdio: ['pipe', 'pipe', 'inherit'], env })
    // A directory like /proc with the helper as the only process: no other program's listeners show.
    symlinkSync('/proc/self/net', `${this.dir}/net`)
    symlinkSync(`/proc/${this.child.pid}`, `${this.dir}/${this.child.pid}`)
    // A missing answer shows that the helper has ended.
    this.child.stdin!.on('error', () => {})
    this.reader = createInterface({ input: this.child.stdout! })
    this.lines = this.reader[Symbol.asyncIterator]()
  }

  /** New, empty namespaces. Throws LabError `host` where the helper has ended, as without root. */
  async make(): Promise<Holders> {
    this.write(`make ${namespaceNames.join(' ')}`)
    const [, ...words] = (await this.line()).split(' ')
    const pids = namespaceNames.map((name) => [name, Number(words[words.indexOf(name) + 1])] as const)
    return Object.fromEntries(pids) as Holders
  }

  serve({ namespace, protocol, address, port, to }: Server): void {
    if (to) this.write(`proxy ${namespace} ${address} ${port} ${to.address} ${to.port}`)
    else this.write(`serve ${namespace} ${protocol} ${address} ${port}`)
  }

  /** Sends the flows all at once. Gives how each ended, in their order, after at most `patience` milliseconds. */
  async send(flows: readonly KernelFlow[], patience: number): Promise<Ending[]> {
    for (const [index, flow] of flows.entries()) this.write(requestOf(index, flow))
    this.write(`go ${patience}`)
    const endings = flows.map((): Ending => 'silent')
    for (;;) {
      const [verb, index, ending] = (await this.line()).split(' ')
      if (verb === 'done') return endings
      endings[Number(index)] = ending as Ending
    }
  }

  /** Runs steps in the namespaces. Gives the tools' error output. */
  async build(steps: readonly Step[]): Promise<string> {
    const [path, err] = [`${this.dir}/steps`, `${this.dir}/err`]
    writeFileSync(path, `${steps.flatMap(linesOf).join('\n')}\n`)
    this.write(`build ${path} ${err}`)
    await this.line()
    return readFileSync(err, 'utf8')
  }

  /**
   * Runs a sh script in a namespace, or outside all of them. Gives its output and its complaints. With `serving` the
   * servers answer meanwhile.
   */
  async run(
    script: string,
    namespace?: NamespaceName,
    serving = false,
  ): Promise<{ output: string; complaints: string }> {
    const [path, out, err] = ['script', 'out', 'err'].map((name) => `${this.dir}/${name}`) as [string, string, string]
    writeFileSync(path, script)
    this.write([serving ? 'attend' : 'run', path, out, err, ...(namespace ? [namespace] : [])].join(' '))
    await this.line()
    return { output: readFileSync(out, 'utf8'), complaints: readFileSync(err, 'utf8') }
  }

  /** Removes the namespaces and all in them. */
  async drop(): Promise<void> {
    this.write('drop')
    await this.line()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.stdin!.end()
    this.reader.close()
    rmSync(this.dir, { recursive: true })
    if (this.child.exitCode === null) await new Promise((done) => this.child.once('exit', done))
  }

  private write(line: string): void {
    this.child.stdin!.write(`${line}\n`)
  }

  private async line(): Promise<string> {
    const { value, done } = await this.lines.next()
    if (done)
      throw new LabError('host', 'the helper that holds network namespaces has ended', {
        hint: 'it needs root, Perl and network namespaces',
      })
    return value
  }
}

function linesOf({ namespace, settings, commands }: Step): string[] {
  return [
    `in ${namespace}`,
    ...settings.map(([path, value]) => `set ${path} ${value}`),
    ...commands.flatMap(({ words, input, parts = [] }) => [
      `do ${words}`,
      ...input.map((line) => `<${line}`),
      ...parts.flatMap((lines) => ['or', ...lines.map((line) => `<${line}`)]),
    ]),
  ]
}

// The largest payload of one packet; a TCP connection carries several.
const bytesOf = ({ protocol, size, address, mtu = 1500 }: KernelFlow): number => {
  if (size === 'small') return protocol === 'tcp' ? 0 : 56
  return protocol === 'tcp' ? 4 * mtu : mtu - (address.includes(':') ? 48 : 28)
}

function requestOf(index: number, flow: KernelFlow): string {
  // A connection works only once data arrive: `connect` returns after the second of three packets.
  const need = flow.protocol !== 'tcp' || flow.size === 'full' ? 'echo' : 'banner'
  return `flow ${index} ${flow.from} ${flow.protocol} ${flow.source || '-'} ${flow.address} ${flow.port} ${bytesOf(flow)} ${need}`
}
