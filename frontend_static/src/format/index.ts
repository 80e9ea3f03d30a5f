/** Money and dates bound to the current language, and to the zone of the place that a screen is about. */
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Locale } from '@/api/types'
import * as dates from './dates'
import * as amounts from './money'

const ZONE: InjectionKey<ComputedRef<string>> = Symbol('zone')

/** Everything below reads times in this zone where it names no other. */
export function provideZone(zone: () => string | undefined): void {
  provide(ZONE, computed(() => zone() ?? dates.HOME_ZONE))
}

/** The zone of the place that this screen is about. */
export const useZone = (): ComputedRef<string> => inject(ZONE, () => computed(() => dates.HOME_ZONE), true)

export function useFormat() {
  const { locale } = useI18n()
  const here = useZone()
  const at = (): Locale => locale.value as Locale
  /** The zone is named where this device shows other times. */
  const named = (text: string, moment: string, zone: string) => (dates.isElsewhere(moment, zone) ? `${text} ${dates.zoneText(zone, at())}` : text)
  return {
    money: (fen: number) => amounts.money(fen, at()),
    exactMoney: (fen: number) => amounts.exactMoney(fen, at()),
    moneyRange: (min: number | null, max: number | null) => amounts.moneyRange(min, max, at()),
    day: (day: string, zone = here.value) => dates.dayText(day, at(), zone),
    time: (moment: string, zone = here.value) => dates.timeText(moment, zone),
    moment: (moment: string, zone = here.value) => named(dates.momentText(moment, at(), zone), moment, zone),
    span: (from: string, to: string, zone = here.value) => named(dates.spanText(from, to, at(), zone), from, zone),
    zone: (zone: string) => dates.zoneText(zone, at()),
    ago: (moment: string, now: Date, zone = here.value) => dates.agoText(moment, at(), now, zone),
  }
}
