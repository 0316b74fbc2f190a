import { z } from 'zod'

const network = z.object({
  Name: z.string(),
  Id: z.string(),
  Driver: z.string(),
  Internal: z.boolean().default(false),
  Options: z.record(z.string(), z.string()).nullish(),
  IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string().optional() })).nullish() }).optional(),
})

const container = z.object({
  name: z.string(),
  mode: z.string(),
  ports: z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable()).nullable(),
  networks: z.record(z.string(), z.object({ IPAddress: z.string() })).nullable(),
})

/** A bridge network as dockerd tells of it. */
export interface NetworkFact {
  name: string
  /** Name of the bridge interface. */
  bridge: string
  /** IPv4, CIDR. */
  subnet: string
  internal: boolean
  options: Record<string, string>
}

export interface ContainerFact {
  name: string
  /** HostConfig.NetworkMode: `default`, `bridge`, `host`, a network's name. */
  mode: string
  published: { host: string; port: number; to: number; protocol: string }[]
  /** IPv4 addresses by network. */
  addresses: Record<string, string>
}

/** The bridge networks of `docker network inspect`; nothing where the text is not its JSON (dockerd did not answer). */
export function readNetworks(text: string): NetworkFact[] {
  return all(text)
    .flatMap((value) => network.array().safeParse(value).data ?? [])
    .filter(({ Driver }) => Driver === 'bridge')
    .map(({ Name, Id, Internal, Options, IPAM }) => ({
      name: Name,
      bridge: Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`,
      subnet: IPAM?.Config?.find(({ Subnet }) => Subnet?.includes('.'))?.Subnet ?? '',
      internal: Internal,
      options: Options ?? {},
    }))
}

/** The running containers, one JSON object a line. */
export function readContainers(lines: readonly string[]): ContainerFact[] {
  return lines
    .flatMap((line) => all(line))
    .flatMap((value) => container.safeParse(value).data ?? [])
    .map(({ name, mode, ports, networks }) => ({
      name: name.replace(/^\//, ''),
      mode,
      published: Object.entries(ports ?? {}).flatMap(([key, bindings]) => {
        const [to = '', protocol = 'tcp'] = key.split('/')
        return (bindings ?? []).map(({ HostIp, HostPort }) => ({
          host: HostIp,
          port: Number(HostPort),
          to: Number(to),
          protocol,
        }))
      }),
      addresses: Object.fromEntries(Object.entries(networks ?? {}).map(([name, { IPAddress }]) => [name, IPAddress])),
    }))
}

/** The JSON values of a text: one, or none where it is not JSON. */
export function all(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}
