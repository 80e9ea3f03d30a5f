/** What ical.js, the third reader, finds in a calendar file: one JSON row per component, for a test to compare. */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import ICAL from 'ical.js'

const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[2], 'utf8')))
for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone)

const rows = calendar.getAllSubcomponents('vevent').map((part) => {
  const entry = new ICAL.Event(part)
  return {
    uid: entry.uid,
    summary: entry.summary,
    starts_at: entry.startDate.toJSDate().toISOString(),
    ends_at: entry.endDate.toJSDate().toISOString(),
    status: part.getFirstPropertyValue('status'),
    sequence: entry.sequence,
  }
})
process.stdout.write(JSON.stringify(rows))
