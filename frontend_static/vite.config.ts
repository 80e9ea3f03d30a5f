import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath, URL } from 'node:url'
import VueI18nPlugin from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const backend = process.env.ROADSHOW_BACKEND ?? 'http://127.0.0.1:8000'

/** vue-i18n looks up `getCurrentInstance` on the whole Vue namespace, which keeps all of Vue in the bundle: 17 KiB gzipped. */
function slimVue(): Plugin {
  const wholeVue = "import * as Vue from 'vue';"
  return {
    name: 'slim-vue',
    enforce: 'pre',
    apply: 'build',
    transform(code, id) {
      if (!id.includes('vue-i18n.runtime') || !code.includes(wholeVue)) return null
      return { code: code.replace(wholeVue, "import { getCurrentInstance as currentInstance } from 'vue'; const Vue = { getCurrentInstance: currentInstance };"), map: null }
    },
  }
}

/** pdf.js draws Chinese without embedded fonts only with its character maps: they are served from here, fetched when needed. */
function pdfAssets(): Plugin {
  const home = fileURLToPath(new URL('./node_modules/pdfjs-dist', import.meta.url))
  return {
    name: 'pdf-assets',
    apply: 'build',
    generateBundle() {
      for (const folder of ['cmaps', 'standard_fonts'])
        for (const name of readdirSync(`${home}/${folder}`))
          this.emitFile({ type: 'asset', fileName: `assets/pdf/${folder}/${name}`, source: readFileSync(`${home}/${folder}/${name}`) })
    },
  }
}

export default defineConfig({
  base: '/',
  plugins: [
    slimVue(),
    vue(),
    pdfAssets(),
    VueI18nPlugin({
      include: fileURLToPath(new URL('./src/i18n/*/*.json', import.meta.url)),
      runtimeOnly: true,
      compositionOnly: true,
      fullInstall: false,
      dropMessageCompiler: true,
      strictMessage: true,
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  server: { proxy: { '/api': { target: backend, ws: true } } },
  preview: { proxy: { '/api': { target: backend, ws: true } } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2021',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
    manifest: true,
    reportCompressedSize: false,
  },
})
