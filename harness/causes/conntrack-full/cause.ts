import { settingAtBoot } from '../../cause/boot-setting.ts'
import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import { acceptingForward, restarting } from '../../cause/temptations.ts'
import { fullTable } from '../../simulate/conntrack-table.ts'

const limit = 'net.netfilter.nf_conntrack_max'
// What the kernel takes on a machine with more than 4 GiB. Source: linux, Documentation/networking/nf_conntrack-sysctl.rst.
const usual = 262_144

/** The kernel's table of connections is full, and the first packet of each new connection is dropped. */
export const conntrackFull = defineCause({
  id: 'conntrack-full',
  title: 'The kernel’s table of connections is full',
  needs: ['conntrack-stats', 'boot-files'],
  detect(facts) {
    const { count, max, drops } = facts.conntrack
    if (count === undefined || max === undefined)
      return unknown('how full the table of connections is was not recorded')
    const full = fullTable(facts)
    if (!full) return absent(`the table of connections has room: ${count} of ${max}`)
    const boot = settingAtBoot({ name: limit, value: String(max) }, facts)
    const by = boot ? ` (set by ${boot.file})` : ''
    const words = `The kernel’s table of connections holds ${count}, and takes ${max}${by}: it drops the first packet of a new connection, of containers and of the host itself, unless it can forget an unconfirmed one for it. Connections that it knows go on.`
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: [
        { from: '/proc/sys/net/netfilter', line: `nf_conntrack_count = ${count}, nf_conntrack_max = ${max}` },
        ...(boot ? [{ from: boot.file, line: boot.line }] : []),
        ...(drops.drop
          ? [{ from: '/proc/net/stat/nf_conntrack', line: `drop: ${drops.drop} packets since boot` }]
          : []),
      ],
    })
  },
  explains: ({ kind }) => kind === 'connections',
  remedies: {
    'raise-limit': {
      title: 'Let the table hold more connections, now and at boot',
      steps: ({ conntrack: { max = 0 } }) => {
        const more = Math.max(4 * max, usual)
        return [`echo '${limit} = ${more}' >/etc/sysctl.d/zz-conntrack.conf`, `sysctl -w ${limit}=${more}`]
      },
      cost: 'some memory: 100 000 connections take about 32 MiB',
    },
  },
  temptations: {
    'shorter-timeouts': {
      title: 'Let established connections be forgotten sooner',
      why: 'A connection that is in the table keeps its time until its next packet.',
      steps: () => ['sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=3600'],
      cost: 'idle connections break after an hour',
    },
    'accept-forward': acceptingForward({ why: 'The packets are dropped before they meet a rule.' }),
    'restart-docker': restarting({ why: 'dockerd forgets no connection, but those of UDP to its own ports.' }),
  },
})
