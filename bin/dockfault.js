#!/usr/bin/env node
// The command as a program of its own: the sources are TypeScript, read through tsx.
import { register } from 'tsx/esm/api'

register()
await import('../harness/main.ts')
