// Elements with an id and data-live="seconds" are fetched anew with their page and replaced when they changed.
let timer;

function schedule() {
  clearTimeout(timer);
  const waits = [...document.querySelectorAll('[id][data-live]')].map(element => Number(element.dataset.live)).filter(Boolean);
  if (waits.length > 0) timer = setTimeout(refresh, Math.min(...waits) * 1000);
}

async function refresh() {
  const address = location.href;
  if (!document.hidden) {
    try {
      const response = await fetch(address, { headers: { accept: 'text/html' } });
      if (response.redirected) location.assign(response.url);
      else if (response.ok && address === location.href) replace(new DOMParser().parseFromString(await response.text(), 'text/html'));
    } catch (error) {
      // The server restarts or the network is away: the next round tries again.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  schedule();
}

function replace(fresh) {
  for (const old of document.querySelectorAll('[id][data-live]')) {
    const next = fresh.getElementById(old.id);
    if (!next || next.isEqualNode(old) || isInUse(old)) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    const shown = document.importNode(next, true);
    old.replaceWith(shown);
    if (focused) shown.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

// Nothing is pulled away from under someone's hands.
function isInUse(element) {
  const focused = document.activeElement;
  return element.contains(focused) && !focused.matches('a[href]') || element.querySelector('dialog[open]') !== null;
}

schedule();
window.Blazor?.addEventListener('enhancedload', schedule);
