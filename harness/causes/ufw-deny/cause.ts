import { absent, defineCause, type Evidence, present } from '../../cause/cause.ts'
import { type DroppedFlow, droppedFlows, isDropped } from '../../cause/drops.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop } from '../../simulate/index.ts'
import { ownerOfStep } from '../../simulate/owner.ts'

/** ufw denies packets that Docker's users expect to pass: into published ports, to the host's services, from the host. */
export const ufwDeny = defineCause({
  id: 'ufw-deny',
  title: 'ufw denies what containers need',
  needs: ['boot-files', 'rules-nft', 'rules-legacy'],
  byFlows: true,
  detect(facts) {
    const denied = deniedFlows(facts)
    if (denied.length === 0) return absent('no rule of ufw’s stops a flow that should work')
    const what = [...new Set(denied.map(({ drop }) => described[sideOf(drop)]))].join(', and ')
    const words = isOn(facts)
      ? `No rule of ufw’s allows ${what}.`
      : `Rules of ufw’s in Docker’s chain DOCKER-USER stop ${what}, although ufw is off.`
    return present({ confidence: 'certain', active: words, latent: words, evidence: evidenceOf(denied, facts) })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop) => isUfws(drop, facts)) && symptom.flow.ought === 'pass',
  remedies: {
    allow: {
      title: 'Allow it in ufw',
      steps: (facts) => [...new Set(deniedFlows(facts).map((each) => `ufw ${allowing(each, facts)}`))],
      cost: 'the rules stay until somebody deletes them',
      when: (facts) => isOn(facts),
    },
    'remove-leftover': {
      title: 'Remove ufw’s rules from DOCKER-USER',
      steps: () => [
        `iptables -S DOCKER-USER | sed -n 's/^-A \\(DOCKER-USER .*-j ufw[^ ]*\\)$/iptables -D \\1/p' | sh`,
        `[ ! -e /etc/ufw/after.rules ] || sed -i '/^# BEGIN UFW AND DOCKER$/,/^# END UFW AND DOCKER$/d' /etc/ufw/after.rules`,
      ],
      cost: 'nothing but Docker decides which ports are open',
      when: (facts) => !isOn(facts),
    },
  },
  temptations: {
    'allow-published-port': {
      title: 'Allow the published port in ufw',
      steps: (facts) => portsOf(facts).map((port) => `ufw allow ${port}`),
      cost: 'nothing',
      when: (facts) => isOn(facts) && sidesOf(facts).includes('forward'),
      why: 'Such a rule is for programs of the host. Packets for a container are forwarded: they need `ufw route allow`, with the container’s own port.',
    },
    'allow-routed': {
      title: 'Have ufw allow what is forwarded',
      steps: () => ['ufw default allow routed'],
      cost: 'the host forwards for anyone',
      when: (facts) => isOn(facts),
      why: 'That is the policy of FORWARD, which is not what stops these packets.',
    },
    'disable-ufw': {
      title: 'Turn ufw off',
      steps: () => ['ufw disable'],
      cost: 'the host has no firewall',
      when: (facts) => isOn(facts),
      why: 'It opens every port of the host, and leaves ufw’s rules in Docker’s chain DOCKER-USER.',
    },
    'restart-docker': restarting({
      why: 'dockerd leaves the rules of ufw and of DOCKER-USER alone.',
    }),
  },
})

const described = {
  forward: 'connections from outside to published ports',
  input: 'connections from containers to the host',
  output: 'connections from the host to containers',
}

const sideOf = ({ location }: Drop): keyof typeof described =>
  location === 'input' || location === 'output' ? location : 'forward'

const isUfws = ({ rule }: Drop, facts: Facts): boolean => rule !== undefined && ownerOfStep(rule, facts).who === 'ufw'

const deniedFlows = oncePer((facts: Facts): DroppedFlow[] => droppedFlows(facts, (drop) => isUfws(drop, facts)))

const sidesOf = (facts: Facts) => deniedFlows(facts).map(({ drop }) => sideOf(drop))

/** Whether ufw loads its rules, by its own file. */
const isOn = ({ bootFiles }: Facts): boolean =>
  bootFiles.some(({ file, line }) => file === '/etc/ufw/ufw.conf' && /^ENABLED="?yes\b/i.test(line))

/** The rule of ufw's that lets a flow pass. */
function allowing({ flow, drop }: DroppedFlow, facts: Facts): string {
  const side = sideOf(drop)
  if (side === 'input') return `prepend allow in on ${flow.bridge} proto ${flow.protocol} to any port ${flow.port}`
  if (side === 'output') return `prepend allow out on ${flow.bridge}`
  const from = flow.from.at === 'outside' ? ` in on ${flow.from.device}` : ''
  return `route prepend allow${from} out on ${flow.bridge} proto ${flow.protocol} to any port ${containerPort(flow, facts)}`
}

function containerPort({ container, port, protocol }: DroppedFlow['flow'], { docker }: Facts): number {
  const published = docker.containers.find(({ name }) => name === container)?.published ?? []
  return published.find((each) => each.port === port && each.protocol === protocol)?.to ?? port
}

const portsOf = (facts: Facts): string[] => [
  ...new Set(
    deniedFlows(facts).flatMap(({ flow }) => (flow.kind === 'published' ? `${flow.port}/${flow.protocol}` : [])),
  ),
]

function evidenceOf(denied: readonly DroppedFlow[], { bootFiles }: Facts): Evidence[] {
  const rules = denied.flatMap(({ drop: { rule } }) =>
    rule ? { from: `${rule.table} ${rule.chain}`, line: rule.rule } : [],
  )
  const sides = new Set(denied.map(({ drop }) => sideOf(drop)))
  const files = bootFiles.filter(
    ({ file, line }) =>
      (file === '/etc/default/ufw' && sides.has('input') && line.startsWith('DEFAULT_INPUT_POLICY')) ||
      (file === '/etc/default/ufw' && sides.has('output') && line.startsWith('DEFAULT_OUTPUT_POLICY')) ||
      (file === '/etc/ufw/after.rules' && sides.has('forward') && /^-A DOCKER-USER .*-j ufw-/.test(line)),
  )
  const lines = [...rules, ...files.map(({ file, line }) => ({ from: file, line }))]
  return [...new Map(lines.map((each) => [`${each.from} ${each.line}`, each])).values()]
}
