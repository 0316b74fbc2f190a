import { containerLines } from './docker/containers.ts'
import { dockerdProcesses, haltedLines } from './docker/processes.ts'
import { Lacking, type SosReport } from './report.ts'
import type { SosSection } from './section.ts'
import { unitsOf } from './units.ts'

const version = ['docker_version', 'docker_info']
const inspected = /^sos_commands\/docker\/docker_network_inspect_/
const containers = /^sos_commands\/docker\/(containers\/)?docker_(container_)?inspect_[^/]+$/
const journal = /^sos_commands\/docker\/journalctl_[^/]*docker[^/]*$/
const defaultFile = '/etc/docker/daemon.json'

/** The sections about dockerd. */
export const dockerSections: readonly SosSection[] = [
  { name: 'docker-server', commands: version, read: serverVersion },
  {
    name: 'docker-networks',
    commands: ['docker_network_ls'],
    files: [inspected],
    read: (report) => {
      serverVersion(report)
      const rows = report.paths(inspected).flatMap((path) => parsed<{ Name: string }>(report, path))
      const listed = report.command('docker_network_ls').trim().split('\n').slice(1)
      const names = listed.map((line) => line.trim().split(/\s+/)[1] ?? '')
      const missing = names.filter((name) => !rows.some(({ Name }) => Name === name))
      if (names.length === 0 || missing.length > 0) throw report.missing(`docker network inspect ${missing[0] ?? ''}`)
      return JSON.stringify(rows)
    },
  },
  {
    name: 'docker-containers',
    commands: ['docker_ps', 'docker_ps_-a'],
    files: [containers],
    read: (report) => {
      serverVersion(report)
      const rows = report.paths(containers).flatMap((path) => parsed<object>(report, path))
      return containerLines(rows, report.command('docker_ps'), report.command('docker_ps_-a'))
    },
  },
  {
    name: 'container-namespaces',
    read: (report) => {
      serverVersion(report)
      const running = report.command('docker_ps').trim().split('\n').slice(1)
      if (running.length > 0) throw new Lacking('sos does not enter the networks of containers')
      return ''
    },
  },
  {
    name: 'docker-config',
    files: [/^etc\/docker\/daemon\.json$/],
    read: (report) => {
      const file = configFile(report)
      const text = file === defaultFile ? report.fileIfAny(defaultFile.slice(1)) : undefined
      // The plugin copies the file if there is one.
      if (text === undefined && (file !== defaultFile || !report.ran('docker'))) throw report.missing(file)
      return `file ${file}\n${text ?? ''}`
    },
  },
  {
    name: 'docker-install',
    commands: ['ps_alxwww'],
    read: (report) => {
      const processes = dockerdProcesses(report.command('ps_alxwww'))
      // Without that it would seem to hang.
      if (processes.length > 0 && report.commandIfAny(...version) === undefined) throw report.missing('docker version')
      const binary = processes[0]?.command[0] ?? serviceBinary(report)
      if (binary === undefined) throw new Lacking('whether dockerd is installed is not in the report')
      return [
        `binary ${binary}`,
        ...processes.map(({ pid, state, command }) => `process ${pid} ${state} ${command.join('\t')}`),
      ].join('\n')
    },
  },
  {
    name: 'halted-processes',
    commands: ['ps_alxwww'],
    read: (report) => haltedLines(report.command('ps_alxwww')),
  },
  {
    name: 'docker-journal',
    files: [journal],
    read: (report) => {
      const [path] = report.paths(journal)
      if (path === undefined) throw report.missing('journalctl --unit docker')
      const lines = report.file(path).split('\n')
      const boot = lines.findLastIndex((line) => /^-- (Reboot|Boot \w+) ?-*/.test(line))
      return (
        lines
          .slice(boot + 1)
          .filter((line) => line !== '' && !line.startsWith('-- '))
          // `Nov 27 21:29:53 host dockerd[74]: `
          .map((line) => line.replace(/^\w{3} +\d+ [\d:]+ \S+ [^:]+: /, ''))
          .slice(-80)
          .join('\n')
      )
    },
  },
]

/** Throws Lacking with the client's error where dockerd did not answer. */
function serverVersion(report: SosReport): string {
  const text = report.commandIfAny(...version)
  const found =
    text?.match(/^Server:[\s\S]*?^\s+Version:\s+(\S+)/m)?.[1] ?? text?.match(/^\s*Server Version: (\S+)/m)?.[1]
  if (found) return found
  // sos runs no client while docker.service does not run.
  if (text === undefined && runsNone(report)) throw new Lacking('no dockerd runs', true)
  throw text === undefined ? report.missing('docker version') : new Lacking(lastLine(text))
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 200) || 'docker version is empty'

function runsNone(report: SosReport): boolean {
  const list = report.commandIfAny('ps_alxwww')
  return list !== undefined && dockerdProcesses(list).length === 0
}

/** The file that dockerd reads, by its own words if it runs, by its unit's otherwise. */
function configFile(report: SosReport): string {
  const [process] = dockerdProcesses(report.command('ps_alxwww'))
  const words = process?.command ?? serviceWords(report)
  for (const [at, word] of words.entries()) {
    const [, value] = word.match(/^--?config-file(?:=(.*))?$/) ?? []
    if (/^--?config-file/.test(word)) return value ?? words[at + 1] ?? defaultFile
  }
  return defaultFile
}

const serviceWords = (report: SosReport): string[] => {
  const start = unitsOf(report).get('docker.service')?.ExecStart ?? ''
  return (start.match(/argv\[\]=(.*?) ; /)?.[1] ?? '').split(' ').filter(Boolean)
}

const serviceBinary = (report: SosReport): string | undefined => serviceWords(report)[0]

function parsed<T>(report: SosReport, path: string): T[] {
  const value: unknown = JSON.parse(report.file(path))
  if (!Array.isArray(value)) throw new TypeError(`${path} is not a list`)
  return value
}
