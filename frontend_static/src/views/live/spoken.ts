/** What a screen-reader user hears of the room: who is on stage, what is being answered, what became of one's questions. */
import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Place } from './place'

export function useSpoken({ live, room, current }: Place): Ref<string> {
  const { t } = useI18n()
  const spoken = ref('')
  const mine = computed(() => live.userState.value?.questions ?? [])
  watch(
    () => room.value?.answering_question_id,
    (id) => {
      const question = live.publicState.value?.questions.find((each) => each.id === id)
      if (question) spoken.value = t('live.nowAnswering', { text: question.text })
    },
  )
  watch(
    () => current.value?.id,
    (id, before) => {
      if (id && before !== undefined) spoken.value = t('live.nowOnStage', { name: current.value!.name })
    },
  )
  watch(
    () => mine.value.map(({ id, state }) => `${id} ${state}`),
    (_, before) => {
      const changed = mine.value.find(({ id, state }) => before.some((each) => each.startsWith(id)) && !before.includes(`${id} ${state}`))
      if (changed) spoken.value = t(`live.own.${changed.state}`, { reason: changed.hidden_reason })
    },
  )
  return spoken
}
