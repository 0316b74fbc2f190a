import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedFlows, droppedPorts, isDropped } from '../../cause/drops.ts'
import { acceptingForward, restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import type { Drop, Flow } from '../../simulate/index.ts'

const file = '/etc/firewalld/firewalld.conf'

/**
 * firewalld is set to drop what others translate, so the ports that Docker publishes are closed to the outside. The
 * setting exists since firewalld 2.3. Source: firewalld.conf(5), StrictForwardPorts.
 */
export const firewalldStrictPorts = defineCause({
  id: 'firewalld-strict-ports',
  title: 'firewalld closes every forwarded port that it did not forward itself',
  needs: ['boot-files', 'firewalld'],
  byFlows: true,
  detect(facts) {
    const setting = settingOf(facts)
    if (!setting) return absent('firewalld does not drop the ports that others forward')
    const flows = droppedFlows(facts, isFirewalldsOwn)
    if (flows.length === 0) return absent('firewalld drops no packet for a published port')
    const ports = droppedPorts(facts, isFirewalldsOwn)
      .map(({ port, protocol }) => `${port}/${protocol}`)
      .join(', ')
    const words = `firewalld drops every packet that another program has redirected (${setting}), and so what Docker forwards to the published ports ${ports}.`
    const rule = flows[0]!.drop.rule!
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: [
        { from: file, line: setting },
        { from: `${rule.table} ${rule.chain}`, line: rule.rule },
      ],
    })
  },
  explains: (symptom) => isDropped(symptom, isFirewalldsOwn),
  remedies: {
    'allow-forwarded': {
      title: 'Turn the setting off and reload firewalld',
      steps: () => [`sed -i 's/^StrictForwardPorts=.*/StrictForwardPorts=no/' ${file}`, 'firewall-cmd --reload'],
      cost: 'firewalld again lets in the ports that Docker publishes',
    },
  },
  temptations: {
    'open-port': {
      title: 'Open the port in the default zone',
      why: 'That lets packets in to programs of the host. This port is forwarded.',
      steps: (facts) =>
        droppedPorts(facts, isFirewalldsOwn).map(({ port, protocol }) => `firewall-cmd --add-port=${port}/${protocol}`),
      cost: 'the port is open on the host',
    },
    'accept-forward': acceptingForward({ why: 'The packets are dropped in firewalld’s own table.' }),
    'restart-docker': restarting({ why: 'dockerd makes the same rules again, and firewalld drops in its own table.' }),
  },
})

/** The line that turns the setting on; undefined where it is off. */
const settingOf = ({ bootFiles }: Facts): string | undefined =>
  bootFiles.find((each) => each.file === file && /^\s*StrictForwardPorts\s*=\s*(yes|true)\s*$/i.test(each.line))?.line

const isFirewalldsOwn = ({ rule, way }: Drop, { kind }: Flow): boolean =>
  kind === 'published' && way === 'out' && rule?.table === 'inet firewalld'
