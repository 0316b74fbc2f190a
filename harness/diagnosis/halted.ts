import { continueStep, haltedContainerd, whyHalted } from '../cause/halted.ts'
import type { ContainerFact, Facts, HaltedProcess } from '../evidence/facts.ts'
import { aboutContainer, groupOf, type Trouble } from './symptom.ts'
import { list } from './words.ts'

/** Processes behind Docker that do not run: containerd, and those of containers. */
export const haltedTrouble = (facts: Facts): Trouble[] => [
  ...containerdHalted(facts),
  ...containerdGone(facts),
  ...insideContainers(facts),
]

/** dockerd answers without containerd, and its containers go on. */
function containerdGone({ docker, units }: Facts): Trouble[] {
  const unit = units['containerd.service']
  if (!docker.answers || docker.containerd?.length !== 0 || unit?.active === 'active') return []
  const state = unit?.load === 'loaded' ? `: containerd.service is ${unit.active}` : ''
  const message = `it does not run${state}, so no container starts, and docker exec fails. Running containers go on`
  const start = state ? 'systemctl start containerd.service' : 'systemctl restart docker.service'
  const next = [start, 'journalctl -u containerd.service -n 50 --no-pager']
  return [{ group: groupOf('daemon', 'containerd', { state: 'dead', message, next }) }]
}

function containerdHalted(facts: Facts): Trouble[] {
  const containerd = haltedContainerd(facts)
  if (!containerd) return []
  const message = `containerd (process ${containerd.pid}) ${whyHalted(containerd)}, so no container starts or stops, and docker exec waits. Running containers go on`
  const next = [continueStep(containerd)]
  return [
    {
      group: groupOf('daemon', 'containerd', { state: 'dead', message, next }),
      symptom: { kind: 'hung', pid: containerd.pid },
    },
  ]
}

function insideContainers({ halted, docker }: Facts): Trouble[] {
  return docker.containers.flatMap((container) => {
    const own = container.paused ? [] : halted.filter((each) => each.container === container.id && container.id !== '')
    return own.length === 0 ? [] : [insideOf(container, own)]
  })
}

/** Whether they were stopped on purpose cannot be seen on the host. */
function insideOf({ name }: ContainerFact, own: readonly HaltedProcess[]): Trouble {
  const shim = own.find((each) => each.name.startsWith('containerd-shim'))
  const programs = own.filter((each) => each !== shim)
  const named = list(programs.map((each) => `${each.name} (process ${each.pid})`))
  const messages = [
    ...(programs.length > 0 ? [`${named} in it ${whyHalted(programs[0]!)}: what connects there gets no answer`] : []),
    ...(shim ? [`its ${shim.name} (process ${shim.pid}) ${whyHalted(shim)}: docker stop and docker exec wait`] : []),
  ]
  return {
    group: aboutContainer(name, {
      state: 'unclear',
      message: messages.join('; '),
      next: own.slice(0, 3).map(continueStep),
    }),
  }
}
