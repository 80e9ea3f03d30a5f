/** Money and dates bound to the current language. */
import { useI18n } from 'vue-i18n'
import type { Locale } from '@/api/types'
import * as dates from './dates'
import * as amounts from './money'

export function useFormat() {
  const { locale } = useI18n()
  const at = (): Locale => locale.value as Locale
  return {
    money: (fen: number) => amounts.money(fen, at()),
    exactMoney: (fen: number) => amounts.exactMoney(fen, at()),
    moneyRange: (min: number | null, max: number | null) => amounts.moneyRange(min, max, at()),
    day: (day: string, zone?: string) => dates.dayText(day, at(), zone),
    time: (moment: string, zone?: string) => dates.timeText(moment, zone),
    moment: (moment: string, zone?: string) => dates.momentText(moment, at(), zone),
    span: (from: string, to: string, zone?: string) => dates.spanText(from, to, at(), zone),
    zone: (zone: string) => dates.zoneText(zone, at()),
    ago: (moment: string, now: Date) => dates.agoText(moment, at(), now),
  }
}
