import { expect } from 'chai'
import { settingAtBoot } from './boot-setting.ts'

const fileOf = (name: string, value: string, lines: readonly (readonly [string, string])[]): string | undefined =>
  settingAtBoot({ name, value }, { bootFiles: lines.map(([file, line]) => ({ file, line })) })?.file

describe('the line that sets a kernel setting at boot', () => {
  const forward = 'net.ipv4.ip_forward'
  const [early, late] = ['/etc/sysctl.d/10-a.conf', '/usr/lib/sysctl.d/60-b.conf']
  for (const [what, name, value, lines, file] of [
    ['its own', forward, '0', [[early, 'net.ipv4.ip_forward = 0']], early],
    ['none where there is none', forward, '0', [[early, 'net.ipv4.tcp_syncookies = 0']], undefined],
    ['none that gives it another value', forward, '0', [[early, 'net.ipv4.ip_forward = 1']], undefined],
    [
      'the last by name, whatever folder',
      forward,
      '0',
      [
        [late, `${forward}=0`],
        [early, `${forward}=1`],
      ],
      late,
    ],
    [
      'none where the last one differs',
      forward,
      '0',
      [
        [early, `${forward}=0`],
        [late, `${forward}=1`],
      ],
      undefined,
    ],
    [
      'of two files of one name the nearer one',
      forward,
      '0',
      [
        ['/usr/lib/sysctl.d/10-a.conf', `${forward}=0`],
        [early, `${forward}=1`],
      ],
      undefined,
    ],
    ['by slashes', 'net.ipv4.conf.eth0/5.rp_filter', '1', [[early, 'net/ipv4/conf/eth0.5/rp_filter = 1']], early],
    ['by another name', forward, '0', [[early, 'net.ipv4.conf.all.forwarding=0']], early],
    ['by a pattern', forward, '0', [[early, 'net.ipv4.conf.*.forwarding = 0']], early],
    [
      'by a pattern for a device',
      'net.ipv4.conf.wan0.forwarding',
      '0',
      [[early, 'net.ipv4.conf.w*.forwarding=0']],
      early,
    ],
    [
      'by no pattern for others',
      'net.ipv4.conf.wan0.forwarding',
      '0',
      [[early, 'net.ipv4.conf.e*.forwarding=0']],
      undefined,
    ],
    ['of a device by the switch of all', 'net.ipv4.conf.wan0.forwarding', '0', [[early, `${forward}=0`]], early],
    ['where errors are not to count', forward, '0', [[early, '-net.ipv4.ip_forward=0']], early],
    [
      'the one file that is read last',
      forward,
      '0',
      [
        ['/etc/sysctl.conf', `${forward}=0`],
        [late, `${forward}=1`],
      ],
      '/etc/sysctl.conf',
    ],
    ['none of what is no setting of the kernel’s', 'docker0', 'down', [[early, `${forward}=0`]], undefined],
  ] as const)
    it(what, () => expect(fileOf(name, value, lines)).to.equal(file))
})
