/** Slides drawn by pdf.js: loaded when a deck is first shown, its worker and fonts from this site alone. */
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'

GlobalWorkerOptions.workerSrc = workerUrl
const ASSETS = `${import.meta.env.BASE_URL}assets/pdf`

export type Slides = PDFDocumentProxy

/** Opens a deck; no script in it runs, no wasm is needed, and pages are fetched as they are shown. */
export function openSlides(url: string): Promise<Slides> {
  return getDocument({
    url,
    withCredentials: true,
    cMapUrl: `${ASSETS}/cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${ASSETS}/standard_fonts/`,
    isEvalSupported: false,
    useWasm: false,
    enableXfa: false,
    disableAutoFetch: true,
    disableStream: true,
    verbosity: 0,
  }).promise
}

/** Draws one page as large as the box allows. */
export async function drawPage(slides: Slides, number: number, canvas: HTMLCanvasElement, box: { width: number; height: number }): Promise<void> {
  const page = await slides.getPage(number)
  const plain = page.getViewport({ scale: 1 })
  const fit = Math.min(box.width / plain.width, box.height / plain.height)
  const sharp = Math.min(window.devicePixelRatio || 1, 2)
  const viewport = page.getViewport({ scale: fit * sharp })
  canvas.width = Math.max(1, Math.floor(viewport.width))
  canvas.height = Math.max(1, Math.floor(viewport.height))
  canvas.style.width = `${canvas.width / sharp}px`
  canvas.style.height = `${canvas.height / sharp}px`
  await page.render({ canvas, viewport }).promise
}
