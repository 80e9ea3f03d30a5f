/** The server's time, whatever this device believes: from the Date of what it answers. */
let offset = 0

/** Takes the time an answer was sent at; it is whole seconds old at most one second. */
export function hearServerDate(date: string | null, own = Date.now()): void {
  const said = Date.parse(date ?? '')
  if (Number.isNaN(said)) return
  const heard = said + 500 - own
  if (Math.abs(heard - offset) > 1_500) offset = heard
}

/** Milliseconds since 1970, by the server's clock. */
export const serverNow = (): number => Date.now() + offset
