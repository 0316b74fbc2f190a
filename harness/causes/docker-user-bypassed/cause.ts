import { absent, defineCause, type Evidence, present } from '../../cause/cause.ts'
import { bypassed } from '../../cause/docker-user.ts'
import { restartDocker } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'

const isRefused = ({ incompatible }: Facts): boolean => incompatible.includes('filter')
/** The line that turns on the unfinished nftables backend of Docker 28: dockerd then sets up no DOCKER-USER. */
const backendLine = ({ bootFiles }: Facts) =>
  bootFiles.find(({ line }) => /\bDOCKER_FIREWALL_BACKEND=["']?nftables\b/.test(line))
const natives = (facts: Facts) => bypassed(facts)?.native ?? []

/** dockerd could not put the administrator's chain before its own rules, so what that chain blocks is open. */
export const dockerUserBypassed = defineCause({
  id: 'docker-user-bypassed',
  title: 'Docker’s rules come before DOCKER-USER, and let in what it blocks',
  needs: ['rules-nft', 'rules-legacy', 'rules-native'],
  detect(facts) {
    const found = bypassed(facts)
    if (!found) return absent('no rule of Docker’s comes before DOCKER-USER, or DOCKER-USER blocks nothing')
    const backend = backendLine(facts)
    const why = isRefused(facts)
      ? ' iptables cannot show a rule in its table filter that nft made, and dockerd then leaves DOCKER-USER where it is when it starts.'
      : backend
        ? ` ${backend.file} sets DOCKER_FIREWALL_BACKEND=nftables. Docker 28 then leaves DOCKER-USER where it is when it starts, and still uses iptables.`
        : ''
    const words = `Docker’s rules come before the chain DOCKER-USER, so what it blocks is open.${why}`
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: [
        ...found.before.slice(0, 2).map((line): Evidence => ({ from: 'ip filter FORWARD', line })),
        ...found.blocking.slice(0, 2).map((line): Evidence => ({ from: 'ip filter DOCKER-USER', line })),
        ...(isRefused(facts)
          ? [{ from: 'iptables-save', line: 'Table `filter’ is incompatible, use ’nft’ tool.' }]
          : []),
        ...(backend ? [{ from: backend.file, line: backend.line }] : []),
        ...found.native.map(({ text }): Evidence => ({ from: 'ip filter DOCKER-USER, by nft', line: text })),
      ],
    })
  },
  explains: ({ kind }) => kind === 'bypassed',
  remedies: {
    'remove-native-rules': {
      title: 'Delete the rules that nft made in DOCKER-USER, and restart docker',
      when: (facts) => isRefused(facts) && natives(facts).length > 0,
      restartsDocker: true,
      steps: (facts) => [
        ...natives(facts).map(({ handle }) => `nft delete rule ip filter DOCKER-USER handle ${handle}`),
        restartDocker,
      ],
      cost: 'containers restarted; these rules are gone: add them again with iptables, or in a table of their own',
    },
    'unset-backend': {
      title: 'Unset DOCKER_FIREWALL_BACKEND, and restart docker',
      when: (facts) => backendLine(facts) !== undefined,
      restartsDocker: true,
      // An empty Environment= would take back what other files set.
      steps: (facts) => [
        `sed -i -E "s/["']?DOCKER_FIREWALL_BACKEND=["']?nftables["']?//; /^Environment=[[:space:]]*$/d" '${backendLine(facts)!.file}'`,
        'systemctl daemon-reload',
        restartDocker,
      ],
      cost: 'containers restarted',
    },
    'jump-first': {
      title: 'Put the jump to DOCKER-USER first by hand',
      steps: () => ['iptables -I FORWARD -j DOCKER-USER'],
      cost: 'the next start of docker puts its own rules first again',
    },
  },
  temptations: {
    'restart-docker': restarting({ why: 'That is what put Docker’s rules first.' }),
    'block-in-input': {
      title: 'Block the ports in INPUT',
      steps: ({ docker, uplink }) =>
        docker.containers.flatMap(({ published }) =>
          published.map(
            ({ port, protocol }) => `iptables -I INPUT -i ${uplink} -p ${protocol} --dport ${port} -j DROP`,
          ),
        ),
      cost: 'rules that nothing removes',
      why: 'Packets for containers are forwarded, and INPUT never sees them.',
    },
  },
})
