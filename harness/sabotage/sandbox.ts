import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Change, changed } from './sabotage.ts'

/** The project's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const copied = ['harness', 'scenarios', 'images', 'package.json', '.mocharc.yaml']
// What no run reads: specs, and the evidence that they read.
const left = new Set(['.bundle', '.packets', '.md'])
const isCopied = (path: string): boolean => !left.has(extname(path)) && !path.endsWith('.spec.ts')

/** A copy of the project that may be changed. Below the project's own folder, so that it finds the same packages. */
export class Sandbox {
  readonly dir: string
  /** The text of each changed file before the change. */
  private readonly before = new Map<string, string>()

  constructor(dir: string) {
    this.dir = dir
    rmSync(dir, { recursive: true, force: true })
    mkdirSync(dir, { recursive: true })
    for (const name of copied) cpSync(join(root, name), join(dir, name), { recursive: true, filter: isCopied })
  }

  /** Makes changes, one after the other. Throws LabError `usage` where one does not fit. */
  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      const text = this.read(change.file)
      if (!this.before.has(change.file)) this.before.set(change.file, text)
      this.write(change.file, changed(text, change))
    }
  }

  /** Takes all changes back. */
  restore(): void {
    for (const [file, text] of this.before) this.write(file, text)
    this.before.clear()
  }

  private read(file: string): string {
    return readFileSync(join(this.dir, file), 'utf8')
  }

  private write(file: string, text: string): void {
    writeFileSync(join(this.dir, file), text)
  }
}
