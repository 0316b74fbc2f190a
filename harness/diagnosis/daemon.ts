import { continueStep, haltedDockerd, whyHalted } from '../cause/halted.ts'
import type { Facts } from '../evidence/facts.ts'
import { isNotInReport } from '../evidence/sos/report.ts'
import { groupOf, type SymptomGroup, type Trouble } from './symptom.ts'

/** What is wrong with dockerd itself: it fails, hangs, is stopped, or the client uses another address. */
export function daemonTrouble(facts: Facts): Trouble[] {
  const { docker, units, collector } = facts
  if (docker.answers) return [...clientTrouble(facts), ...apartTrouble(facts)]
  const trouble = (state: SymptomGroup['state'], message: string, next: string[]): Trouble[] => {
    const group = { state, kind: 'daemon', what: 'dockerd', flows: [], message, behind: [], next } as const
    return [{ group, ...(state === 'dead' && { symptom: { kind: 'daemon', error: ownError(docker.journal) } }) }]
  }
  const unit = units['docker.service']
  const installed = docker.binaries.length > 0 || docker.processes.length > 0
  if (docker.endpoint !== '')
    return trouble(
      'unclear',
      `the docker client is set to use ${docker.endpoint}, and nothing answers there. The networks and containers of this host’s own dockerd were not seen`,
      ['env | grep DOCKER_', 'docker context ls', 'docker -H unix:///run/docker.sock version'],
    )
  if (!installed && facts.sections['docker-install']?.status === 'ok')
    return trouble('unclear', 'no dockerd is installed here, and none is running. Is this a Docker host?', [
      'command -v dockerd',
    ])
  const { why = '' } = facts.sections['docker-server'] ?? {}
  if (isNotInReport(why))
    return trouble(
      'unclear',
      `the report does not show whether dockerd answers, nor its networks and containers (sos has a plugin for them, docker): ${why}`,
      ['docker version', 'sudo sh collect.sh >host.bundle'],
    )
  if (unit?.active === 'failed' || unit?.sub === 'auto-restart')
    return trouble(
      'dead',
      `docker.service has failed (${unit.result})${ownError(docker.journal).replace(/^(?=.)/, ': ')}`,
      ['journalctl -u docker.service -n 50 --no-pager', 'systemctl status docker.service'],
    )
  const halted = haltedDockerd(facts)
  if (halted) {
    const message = `dockerd (process ${halted.pid}) ${whyHalted(halted)}, so it does not answer. Containers and networks could not be listed`
    const [hung] = trouble('dead', message, [continueStep(halted)])
    return [{ ...hung!, symptom: { kind: 'hung', pid: halted.pid } }]
  }
  if (!collector.root)
    return trouble('unclear', 'dockerd does not answer a user who is not root: collect the evidence as root', [
      'sudo sh collect.sh >host.bundle',
    ])
  const refused = [facts.sections['docker-server'], facts.sections['docker-networks']].some((section) =>
    /Cannot connect to the Docker daemon at/.test(section?.why ?? ''),
  )
  if (docker.processes.length > 0 && refused)
    return trouble(
      'unclear',
      `dockerd runs (process ${docker.processes[0]!.pid}), but nothing listens at its socket: somebody removed or replaced it. Containers and networks could not be listed`,
      ['ls -l /run/docker.sock', 'ss -lxp | grep docker', 'systemctl restart docker.socket docker.service'],
    )
  if (docker.processes.length > 0)
    return trouble(
      'unclear',
      `dockerd runs (process ${docker.processes[0]!.pid}, state ${docker.processes[0]!.state}) but does not answer. Containers and networks could not be listed`,
      ['journalctl -u docker.service -n 50 --no-pager', `cat /proc/${docker.processes[0]!.pid}/wchan`],
    )
  // docker.service requires its socket: while that is masked, each start is refused.
  const masked = ['docker.socket', 'docker.service'].filter((name) => units[name]?.load === 'masked')
  if (masked.length > 0 && unit?.active !== 'active')
    return trouble(
      'unclear',
      `dockerd is not running: ${masked.join(' and ')} ${masked.length > 1 ? 'are' : 'is'} masked, so docker.service does not start`,
      [
        `systemctl unmask ${masked.join(' ')}`,
        'systemctl start docker.service',
        'journalctl -u docker.service -n 50 --no-pager',
      ],
    )
  if (unit?.load === 'loaded' && unit.active === 'inactive')
    return trouble('unclear', 'dockerd is not running: docker.service is stopped', [
      'systemctl start docker.service',
      'journalctl -u docker.service -n 50 --no-pager',
    ])
  return trouble('unclear', 'dockerd does not answer, and it is unknown whether it runs', [
    'docker version',
    'systemctl status docker.service',
  ])
}

/** A docker client that is set to another address and gets no answer there: users' commands fail, whatever works here. */
function clientTrouble({ docker: { endpoint, endpointError } }: Facts): Trouble[] {
  if (endpoint === '' || endpointError === '') return []
  const message = `it is set to use ${endpoint}, but gets no answer there: ${endpointError}. The dockerd of this host answers at its own socket`
  const next = ['env | grep DOCKER_', 'docker context ls', 'DOCKER_HOST=unix:///run/docker.sock docker version']
  return [
    { group: { state: 'unclear', kind: 'daemon', what: 'the docker client', flows: [], message, behind: [], next } },
  ]
}

/** A dockerd in another network namespace has its bridges and rules there, which this evidence does not include. */
function apartTrouble({ docker: { processes } }: Facts): Trouble[] {
  const [first] = processes
  if (!first?.apart) return []
  const message = `dockerd (process ${first.pid}) runs in another network namespace than this evidence was collected in. Its bridges and rules are there`
  const next = [
    `nsenter -t ${first.pid} -n sh collect.sh >docker.bundle`,
    'systemctl show -p PrivateNetwork,NetworkNamespacePath docker.service',
  ]
  return [{ group: groupOf('daemon', 'dockerd', { state: 'unclear', message, next }) }]
}

/** dockerd's own last error, without the lines that systemd adds after it. */
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
