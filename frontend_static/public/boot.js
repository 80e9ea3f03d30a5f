/* Sets theme, type size and language before the first paint. */
(function () {
  var root = document.documentElement
  try {
    var theme = localStorage.getItem('roadshow.theme')
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
    if (localStorage.getItem('roadshow.type') === 'large') root.dataset.type = 'large'
    var locale = localStorage.getItem('roadshow.locale')
    if (locale) root.lang = locale
  } catch (e) {
    root.dataset.storage = 'off'
  }
  if (location.pathname.indexOf('/screen/') === 0) root.dataset.theme = 'screen'
})()
