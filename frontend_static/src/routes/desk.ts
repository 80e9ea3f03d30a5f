/**
 * The working desks. Each screen loads on its own and never weighs on public pages.
 *
 * Addresses the header links to: /organizer/:id, /startup/:id, /investor/:id.
 * Words: add `src/i18n/{zh-CN,en}/desk.json` (or one per desk) and name the areas in `meta.words`; 'terms' holds the
 * field's vocabulary. Screens live in `src/views/desk/`.
 */
import type { RouteRecordRaw } from 'vue-router'

export const deskRoutes: RouteRecordRaw[] = []
