/** Copying text, and saying so only when it was; a calendar's address in the forms that calendars take. */

/** Puts the text on the clipboard. Returns false where the browser does not allow it: then it has to be selected by hand. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** The old way, for pages without a secure origin and for browsers inside other programs. */
function copyBySelection(text: string): boolean {
  const held = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true
  area.className = 'offscreen'
  ;(held?.closest('dialog') ?? document.body).append(area)
  try {
    area.select()
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    area.remove()
    if (held instanceof HTMLElement) held.focus()
  }
}

export type CalendarLinks = { webcal: string; google: string; outlook: string }

/** Where each calendar subscribes to this https address under this name. */
export function calendarLinks(url: string, name: string): CalendarLinks {
  const webcal = url.replace(/^https?:/, 'webcal:')
  return {
    webcal,
    google: `https://calendar.google.com/calendar/render?cid=${encodeURIComponent(webcal)}`,
    outlook: `https://outlook.live.com/calendar/0/addfromweb?url=${encodeURIComponent(url)}&name=${encodeURIComponent(name)}`,
  }
}

/** Inside WeChat no other program can be opened: an address can only be copied there. */
export const isInWeChat = (agent = navigator.userAgent): boolean => /MicroMessenger/i.test(agent)
