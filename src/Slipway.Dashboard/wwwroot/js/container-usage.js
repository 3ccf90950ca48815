// <container-usage data-address="address"> fills the elements [data-usage="uid"] inside of it with what containers use.
const interval = 5000;

class ContainerUsage extends HTMLElement {
  #timer;

  connectedCallback() {
    this.#look();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  async #look() {
    if (!document.hidden) {
      try {
        const usages = await this.#read();
        if (usages) this.#show(usages);
      } catch (error) {
        // The server restarts or the network is away: the next round tries again.
        if (!(error instanceof TypeError)) throw error;
      }
    }
    if (this.isConnected) this.#timer = setTimeout(() => this.#look(), interval);
  }

  async #read() {
    const usages = [];
    for (let page = 1; page;) {
      const response = await fetch(`${this.dataset.address}?per_page=100&page=${page}`, { headers: { accept: 'application/json' } });
      if (!response.ok) return null;
      const list = await response.json();
      usages.push(...list.response);
      page = list.pagination.next;
    }
    return usages;
  }

  #show(usages) {
    const byUid = new Map(usages.map(usage => [usage.uid, usage]));
    for (const place of this.querySelectorAll('[data-usage]')) {
      const usage = byUid.get(place.dataset.usage);
      place.hidden = !usage;
      if (!usage) continue;
      place.querySelector('[data-cpu]').textContent = `${usage.cpu_percent.toFixed(1)} %`;
      place.querySelector('[data-memory]').textContent = size(usage.memory_bytes);
      const meter = place.querySelector('meter');
      meter.max = usage.memory_limit_bytes;
      meter.high = usage.memory_limit_bytes * 0.9;
      meter.value = usage.memory_bytes;
    }
  }
}

function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${bytes.toFixed(unit > 2 ? 1 : 0)} ${units[unit]}`;
}

customElements.define('container-usage', ContainerUsage);
