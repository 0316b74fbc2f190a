import { settersAtBoot, settingAtBoot } from '../../cause/boot-setting.ts'
import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { acceptingForward, restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop } from '../../simulate/index.ts'

/** The kernel does not forward packets between devices, so nothing gets into a container or out of it. */
export const forwardingOff = defineCause({
  id: 'forwarding-off',
  title: 'The host does not forward packets',
  needs: ['sysctls', 'boot-files'],
  byFlows: true,
  detect(facts) {
    const settings = settingsOff(facts)
    if (settings.length === 0) return absent('the host forwards packets between the devices that containers need')
    const files = settings.flatMap(({ boot }) => (boot ? [{ from: boot.file, line: boot.line }] : []))
    const names = settings.map(({ name }) => name).join(' and ')
    const by = files.length > 0 ? ` (set by ${[...new Set(files.map(({ from }) => from))].join(', ')})` : ''
    const words = `${names} ${settings.length > 1 ? 'are' : 'is'} 0${by}, so the host does not pass on packets between containers and the outside.`
    const evidence = [...settings.map(({ name }) => ({ from: `sysctl ${name}`, line: `${name} = 0` })), ...files]
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom) => isDropped(symptom, isForwarding),
  remedies: {
    'turn-on': {
      title: 'Turn forwarding on, and remove the lines that turn it off at boot',
      steps: (facts) => settingsOff(facts).flatMap(({ name }) => [...undone(name, facts), `sysctl -w ${name}=1`]),
      cost: 'none',
    },
  },
  temptations: {
    'accept-forward': acceptingForward({
      why: 'The kernel discards the packets before they meet a rule of FORWARD.',
    }),
    'restart-containers': {
      title: 'Restart the containers',
      steps: () => ['docker ps -q | xargs -r docker restart -t 2'],
      cost: 'containers restarted',
      why: 'The setting is the host’s, and starting a container does not change it.',
    },
    'restart-docker': restarting({
      // dockerd turns on net.ipv4.ip_forward where that is 0. Source: moby, libnetwork/drivers/bridge.
      when: (facts) => settingsOff(facts).every(({ name }) => name !== 'net.ipv4.ip_forward'),
      why: 'dockerd reads net.ipv4.ip_forward, which is on, and leaves the switches of single devices alone.',
    }),
  },
})

const isForwarding = ({ end }: Drop): boolean => end === 'forwarding-off'

/** The settings that stop flows, each with the line of a file that sets it at boot. */
const settingsOff = oncePer((facts: Facts) => {
  const settings = droppedFlows(facts, isForwarding).flatMap(({ drop: { setting } }) => setting ?? [])
  const names = [...new Set(settings.map(({ name }) => name))].sort()
  return names.map((name) => ({ name, boot: settingAtBoot({ name, value: '0' }, facts) }))
})

/** Steps so that no file turns a setting off again. The packages' own files stay as they are: a later one wins. */
function undone(name: string, facts: Facts): string[] {
  const lines = settersAtBoot({ name, value: '0' }, facts)
  const own = lines.filter(({ file }) => file.startsWith('/etc/'))
  return [
    ...own.map(({ file, line }) => `sed -i 's|^[[:space:]]*${pattern(line.trim())}|# &|' ${file}`),
    ...(own.length < lines.length ? [`echo '${name} = 1' >/etc/sysctl.d/zz-docker-forwarding.conf`] : []),
  ]
}

/** A line as a basic regular expression for sed, with | as delimiter. */
const pattern = (line: string): string => line.replaceAll(/[\\.*[\]^$|]/g, '\\$&')
