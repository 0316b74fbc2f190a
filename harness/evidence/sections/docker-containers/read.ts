import * as z from 'zod'
import { dictionary } from '../../../lib/own.ts'
import { rowLines } from '../../rows.ts'

const bindings = z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable())
const container = z.object({
  name: z.string(),
  id: z.string().default(''),
  pid: z.number().default(0),
  mode: z.string(),
  // Bundles of the first version of the collector have only running containers.
  status: z.string().default('running'),
  exitCode: z.number().default(0),
  error: z.string().default(''),
  started: z.string().default(''),
  finished: z.string().default(''),
  restart: z.string().default(''),
  ports: bindings.nullish(),
  bindings: bindings.nullish(),
  networks: z
    .record(
      z.string(),
      z.object({
        IPAddress: z.string().default(''),
        GlobalIPv6Address: z.string().default(''),
        MacAddress: z.string().default(''),
      }),
    )
    .nullish(),
})

/** A published port: `host` and `port` on the host, `to` in the container. */
export interface PortFact {
  host: string
  port: number
  to: number
  protocol: string
}

/** A running container. */
export interface ContainerFact {
  name: string
  id: string
  pid: number
  /** HostConfig.NetworkMode: `default`, `bridge`, `host`, a network's name. */
  mode: string
  networkMode: string
  /** Its restart policy. */
  restart: string
  /** When it was last started, in ms since 1970; undefined where that is not known. */
  startedMs?: number
  /** Its processes are frozen. Only the kernel still answers for it. */
  paused?: true
  /** The ports that dockerd has published, and those that were requested (port 0: any). */
  published: PortFact[]
  requested: PortFact[]
  /** IPv4 addresses by network. */
  addresses: Record<string, string>
  addresses6: Record<string, string>
  macs: Record<string, string>
}

/** A container that does not run. `error` is dockerd's message from the last attempt to start it. */
export interface StoppedContainer {
  name: string
  id: string
  status: string
  exitCode: number
  error: string
  restart: string
  /** When it ended, in ms since 1970; undefined where it never ran, or where that is not known. */
  endedMs?: number
  ports: PortFact[]
}

/** Reads the containers, one JSON object in each line. Throws where the text is damaged. */
export function readContainers(text: string): { running: ContainerFact[]; stopped: StoppedContainer[] } {
  const found = rowLines(text, container).map((row) => ({ ...row, name: row.name.replace(/^\//, '') }))
  return {
    running: found.filter(runs).map(({ name, id, pid, mode, status, restart, started, ports, bindings, networks }) => ({
      name,
      id,
      pid,
      mode,
      networkMode: mode,
      restart,
      ...(Date.parse(started) > 0 && { startedMs: Date.parse(started) }),
      ...(status === 'paused' && { paused: true as const }),
      published: portsOf(ports),
      requested: portsOf(bindings),
      addresses: byNetwork(networks, 'IPAddress'),
      addresses6: byNetwork(networks, 'GlobalIPv6Address'),
      macs: byNetwork(networks, 'MacAddress'),
    })),
    stopped: found
      .filter((row) => !runs(row))
      .map(({ name, id, status, exitCode, error, restart, bindings, finished }) => ({
        name,
        id,
        status,
        exitCode,
        error,
        restart,
        ...(Date.parse(finished) > 0 && { endedMs: Date.parse(finished) }),
        ports: portsOf(bindings),
      })),
  }
}

const runs = ({ status }: { status: string }): boolean => status === 'running' || status === 'paused'

const portsOf = (ports: z.output<typeof bindings> | null | undefined): PortFact[] =>
  Object.entries(ports ?? {}).flatMap(([key, list]) => {
    const [to = '', protocol = 'tcp'] = key.split('/')
    return (list ?? []).map(({ HostIp, HostPort }) => ({
      host: HostIp,
      port: Number(HostPort),
      to: Number(to),
      protocol,
    }))
  })

const byNetwork = (
  networks: z.output<typeof container>['networks'],
  key: 'IPAddress' | 'GlobalIPv6Address' | 'MacAddress',
): Record<string, string> =>
  dictionary(Object.entries(networks ?? {}).map(([name, endpoint]) => [name, endpoint[key]] as const))
