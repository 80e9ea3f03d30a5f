/** Where to go after coming in: back where the person was, only ever inside this site. */
export function nextPath(asked: unknown): string {
  return typeof asked === 'string' && /^\/(?![/\\])/.test(asked) ? asked : '/'
}
