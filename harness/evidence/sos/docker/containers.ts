import * as z from 'zod'
import { Lacking } from '../report.ts'

const container = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({
    Pid: z.number().default(0),
    Status: z.string(),
    ExitCode: z.number().default(0),
    Error: z.string().default(''),
  }),
  HostConfig: z.object({
    NetworkMode: z.string(),
    RestartPolicy: z.object({ Name: z.string().default('') }).nullish(),
    PortBindings: z.unknown(),
  }),
  NetworkSettings: z.object({ Ports: z.unknown(), Networks: z.unknown() }),
})

/**
 * The containers as the collector prints them, one JSON object in each line: of `docker inspect`, with those that only `docker
 * ps -a` lists. Throws Lacking where one is missing whose state matters.
 */
export function containerLines(rows: readonly unknown[], running: string, all: string): string {
  const found = rows.flatMap((row) => container.safeParse(row).data ?? [])
  const unread = (id: string): boolean => !found.some(({ Id }) => Id.startsWith(id))
  const lost = listed(running).filter(({ id }) => unread(id))
  if (lost.length > 0) throw new Lacking(`the running container ${lost[0]!.name} was not inspected`)
  // sos inspects those that do not run only with an option of its own. One that was stopped has nothing to show; one that dockerd
  // could not start has an error. Source: moby, daemon/start.go: exit codes 125 to 128.
  const stopped = listed(all).filter(({ id }) => unread(id))
  const failed = stopped.find(({ status }) => !/^Exited \((?!12[5-8]\))\d+\)/.test(status))
  if (failed)
    throw new Lacking(`the container ${failed.name} did not start, and was not inspected (sos report -k docker.all=on)`)
  return [
    ...found.map(({ Id, Name, State, HostConfig, NetworkSettings }) => ({
      name: Name,
      pid: State.Pid,
      mode: HostConfig.NetworkMode,
      id: Id,
      status: State.Status,
      exitCode: State.ExitCode,
      error: State.Error,
      restart: HostConfig.RestartPolicy?.Name ?? '',
      ports: NetworkSettings.Ports,
      bindings: HostConfig.PortBindings,
      networks: NetworkSettings.Networks,
    })),
    ...stopped.map(({ id, name, status }) => ({
      name,
      id,
      mode: '',
      status: 'exited',
      exitCode: Number(status.match(/\((\d+)\)/)?.[1] ?? 0),
    })),
  ]
    .map((row) => JSON.stringify(row))
    .join('\n')
}

/** The rows of `docker ps`. A command or a port may hold spaces, so the columns are found by the header. */
function listed(text: string): { id: string; name: string; status: string }[] {
  const [header = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '')
  const at = header.indexOf('STATUS')
  if (!header.startsWith('CONTAINER ID') || at < 0) throw new Lacking(`docker ps: ${header.slice(0, 120)}`)
  return lines.map((line) => ({
    id: line.split(/\s/)[0]!,
    name: line.trim().split(/\s+/).at(-1)!,
    status: [...line].slice(at).join('').trim(),
  }))
}
