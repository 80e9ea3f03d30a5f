/** A stand-in server for screens in development; never part of the build. */
import type { Plugin } from 'vite'

export function mockServer(): Plugin {
  return { name: 'roadshow-mock', apply: 'serve' }
}
