import { absent, defineCause, type Evidence, present } from '../../cause/cause.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts, Listener } from '../../evidence/facts.ts'
import { restartsItself } from '../../evidence/restart-policy.ts'
import { oncePer } from '../../lib/once-per.ts'

/** A program of the host holds the port that a container publishes, so dockerd cannot start the container. */
export const portTaken = defineCause({
  id: 'port-taken',
  title: 'Another program holds a published port',
  needs: ['docker-containers', 'listeners'],
  detect(facts) {
    const taken = takenPorts(facts)
    if (taken.length === 0) return absent('no container that should run failed because of a port that is in use')
    const words = taken.map(({ name, port, protocol, holder }) =>
      holder
        ? `Port ${port}/${protocol} belongs to ${nameOf(holder)}, so the container ${name} could not start.`
        : `Port ${port}/${protocol} was in use when dockerd tried to start the container ${name}, and is free now. dockerd does not try again.`,
    )
    return present({
      confidence: 'certain',
      active: words.join(' '),
      latent: words.join(' '),
      evidence: taken.flatMap(({ name, error, holder }): Evidence[] => [
        { from: `docker inspect ${name}`, line: error },
        ...(holder ? [{ from: 'ss -lntup', line: `${holder.address}:${holder.port} ${nameOf(holder)}` }] : []),
      ]),
    })
  },
  explains: (symptom, facts) =>
    symptom.kind === 'container' && takenPorts(facts).some(({ name }) => name === symptom.name),
  remedies: {
    'start-containers': {
      title: 'Start the containers: their ports are free now',
      when: (facts) => takenPorts(facts).every(({ holder }) => !holder),
      steps: (facts) => [start(facts)],
      cost: 'none',
    },
    'stop-holder': {
      title: 'Stop the program that holds the port, and start the container',
      when: (facts) => holders(facts).length > 0 && holders(facts).every(isDispensable),
      steps: (facts) => [...holders(facts).map(stop), start(facts)],
      cost: 'that program serves nobody any more',
    },
  },
  temptations: {
    'start-container': {
      title: 'Start the container again',
      when: (facts) => holders(facts).length > 0,
      // A refusal is what people see then.
      steps: (facts) => [`${start(facts)} || true`],
      cost: 'none',
      why: 'The port still belongs to the other program.',
    },
    'restart-docker': restarting({
      when: (facts) => holders(facts).length > 0,
      why: 'dockerd tries to start the container once more, and the port still belongs to the other program.',
    }),
  },
})

/** A container that did not start because of a port. */
interface Taken {
  name: string
  error: string
  port: number
  protocol: string
  /** The program that has the port now; undefined where none has. */
  holder?: Listener
}

// As dockerd up to 27 words it, and from 28 on: `listen tcp4 0.0.0.0:80: bind: …`, `failed to bind host port for 0.0.0.0:80:…/tcp: …`.
const inUse =
  /(?:listen (tcp|udp)[46]? |bind host port (?:for )?)(\[?[\da-f.:]*?\]?):(\d+)[:/][^\n]*address already in use/

/** The containers that should run, and that dockerd could not start because a port was in use. */
const takenPorts = oncePer(({ docker, listeners }: Facts): Taken[] =>
  docker.stopped.flatMap(({ name, error, restart, ports }): Taken[] => {
    const [, known, at = '', number] = error.match(inUse) ?? []
    if (!number || !restartsItself(restart)) return []
    const port = Number(number)
    const protocol = known ?? ports.find((each) => each.port === port)?.protocol ?? 'tcp'
    const holder = listeners.find(
      (each) =>
        each.port === port && each.protocol === protocol && overlaps(each.address, at) && !isProxy(each.program),
    )
    return [{ name, error, port, protocol, ...(holder && { holder }) }]
  }),
)

const isProxy = (program: string): boolean => /^docker-pr|^dockerd/.test(program)
const isAny = (address: string): boolean => ['0.0.0.0', '::', '', '[::]'].includes(address)

/** Whether nobody else can listen at an address while somebody does at the other. */
const overlaps = (held: string, wanted: string): boolean => isAny(held) || isAny(wanted) || held === wanted

const holders = (facts: Facts): Listener[] => [
  ...new Map(takenPorts(facts).flatMap(({ holder }) => (holder ? [[holder.pid, holder] as const] : []))).values(),
]

const nameOf = ({ program, pid }: Listener): string =>
  program === '' ? 'a program that cannot be seen' : `${program} (process ${pid})`

// Who stops sshd may lose the host, and systemd holds ports for others.
const isDispensable = ({ program, pid }: Listener): boolean =>
  pid > 1 && !['', 'sshd', 'systemd', 'dropbear'].includes(program)

/** Stops a program by its unit where it has one, so that it does not come back. */
const stop = ({ pid, program }: Listener): string => `if [ "$(cat /proc/${pid}/comm 2>/dev/null)" = '${program}' ]; then
  unit=$(sed -n 's|^0::/system.slice/\\(.*/\\)\\{0,1\\}\\([^/]*\\.service\\)$|\\2|p' /proc/${pid}/cgroup)
  if [ -n "$unit" ]; then systemctl disable "$unit" 2>/dev/null; systemctl stop "$unit"; else kill ${pid}; fi
  while [ -e /proc/${pid} ]; do sleep 0.2; done
fi`

const start = (facts: Facts): string =>
  `docker start ${[...new Set(takenPorts(facts).map(({ name }) => name))].join(' ')}`
