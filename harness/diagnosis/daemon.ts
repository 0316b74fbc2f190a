import type { Facts } from '../evidence/facts.ts'
import type { SymptomGroup, Trouble } from './symptom.ts'
import { list } from './words.ts'

/** What is wrong with dockerd itself: it fails, hangs, is stopped, or is not where the client looks for it. */
export function daemonTrouble(facts: Facts): Trouble[] {
  const { docker, units, collector } = facts
  if (docker.answers) return clientTrouble(facts)
  const trouble = (state: SymptomGroup['state'], message: string, next: string[]): Trouble[] => {
    const group = { state, kind: 'daemon', what: 'dockerd', flows: [], message, behind: [], next } as const
    return [{ group, ...(state === 'dead' && { symptom: { kind: 'daemon', error: ownError(docker.journal) } }) }]
  }
  const unit = units['docker.service']
  const installed = docker.binaries.length > 0 || docker.processes.length > 0
  if (docker.endpoint !== '')
    return trouble(
      'unclear',
      `the client is told to use ${docker.endpoint}, and nothing answers there: the networks and containers of this host’s dockerd were not seen`,
      ['env | grep DOCKER_', 'docker context ls', 'docker -H unix:///run/docker.sock version'],
    )
  if (!installed && facts.sections['docker-install']?.status === 'ok')
    return trouble('unclear', 'no dockerd is installed here, and none runs: is this a Docker host?', [
      'command -v dockerd',
    ])
  if (unit?.active === 'failed' || unit?.sub === 'auto-restart')
    return trouble(
      'dead',
      `docker.service has failed (${unit.result})${ownError(docker.journal).replace(/^(?=.)/, ': ')}`,
      ['journalctl -u docker.service -n 50 --no-pager', 'systemctl status docker.service'],
    )
  const stopped = docker.processes.find(({ state }) => state === 'T')
  if (stopped)
    return trouble(
      'unclear',
      `dockerd (process ${stopped.pid}) is stopped by a signal and answers nothing: containers and networks could not be listed`,
      [`kill -CONT ${stopped.pid}`],
    )
  if (!collector.root)
    return trouble('unclear', 'dockerd does not answer who is not root: run it as root', [
      'sudo sh collect.sh >host.bundle',
    ])
  const refused = [facts.sections['docker-server'], facts.sections['docker-networks']].some((section) =>
    /Cannot connect to the Docker daemon at/.test(section?.why ?? ''),
  )
  if (docker.processes.length > 0 && refused)
    return trouble(
      'unclear',
      `dockerd runs (process ${docker.processes[0]!.pid}), and nobody listens at its socket: that is gone, or another one. Containers and networks could not be listed`,
      ['ls -l /run/docker.sock', 'ss -lxp | grep docker', 'systemctl restart docker.socket docker.service'],
    )
  if (docker.processes.length > 0)
    return trouble(
      'unclear',
      `dockerd runs (process ${docker.processes[0]!.pid}, state ${docker.processes[0]!.state}) and does not answer: containers and networks could not be listed`,
      ['journalctl -u docker.service -n 50 --no-pager', `cat /proc/${docker.processes[0]!.pid}/wchan`],
    )
  if (unit?.load === 'loaded' && unit.active === 'inactive')
    return trouble('unclear', 'dockerd is not running: docker.service is stopped', [
      'systemctl start docker.service',
      'journalctl -u docker.service -n 50 --no-pager',
    ])
  return trouble('unclear', 'dockerd does not answer, and whether it runs is not known', [
    'docker version',
    'systemctl status docker.service',
  ])
}

/** A client that is told to ask elsewhere, and gets no answer there: what users run fails, whatever works here. */
function clientTrouble({ docker: { endpoint, endpointError } }: Facts): Trouble[] {
  if (endpoint === '' || endpointError === '') return []
  const message = `it is told to use ${endpoint}, and gets no answer there: ${endpointError}. The dockerd of this host answers by its own socket`
  const next = ['env | grep DOCKER_', 'docker context ls', 'DOCKER_HOST=unix:///run/docker.sock docker version']
  return [
    { group: { state: 'unclear', kind: 'daemon', what: 'the docker client', flows: [], message, behind: [], next } },
  ]
}

/** dockerd's own last error; what systemd adds after it tells nothing. */
function ownError(journal: readonly string[]): string {
  const own = journal.filter(
    (line) =>
      !/^(docker\.service|docker\.socket|systemd|Failed to start|Start(ing|ed)|Stopp(ing|ed)|Dependency failed|Scheduled restart)/.test(
        line,
      ),
  )
  const line =
    own.findLast((each) => /failed to start daemon|level=(fatal|error)|^(failed|error|unable)/i.test(each)) ??
    own.at(-1)
  return line?.replace(/^time="[^"]*" level=\w+ msg="?/, '').replace(/"$/, '') ?? ''
}

/** Containers that are to run and do not, by dockerd's own words, and those that are paused. */
export const containerTrouble = (facts: Facts): Trouble[] => [...notRunning(facts), ...paused(facts)]

/** Whoever asks a paused container waits for nothing. Whether it is paused on purpose, nothing here says. */
const paused = ({ docker }: Facts): Trouble[] =>
  docker.containers
    .filter(({ paused }) => paused)
    .map(({ name, published }) => ({
      group: {
        state: 'unclear',
        kind: 'container',
        what: `the container ${name}`,
        flows: [],
        message: `it is paused: none of its programs answers${published.length > 0 ? `, so that nobody gets an answer from port ${list(published.map(({ port, protocol }) => `${port}/${protocol}`))}` : ''}`,
        behind: [],
        next: [`docker unpause ${name}`],
      },
    }))

const notRunning = ({ docker }: Facts): Trouble[] =>
  docker.stopped
    .filter(({ restart, error }) => restart !== 'no' && restart !== '' && error !== '')
    .map(({ name, error, status }) => ({
      symptom: { kind: 'container', name, error },
      group: {
        state: 'dead',
        kind: 'container',
        what: `the container ${name}`,
        flows: [],
        message: `it is to run and does not (${status}): ${error}`,
        behind: [],
        next: portOf(error)
          ? [`ss -lntup sport = :${portOf(error)}`, `docker start ${name}`]
          : [`docker start ${name}`, `docker logs --tail 20 ${name}`],
      },
    }))

const portOf = (error: string): string | undefined => error.match(/(?:listen \w+4? |bind for )\S*:(\d+)/)?.[1]
