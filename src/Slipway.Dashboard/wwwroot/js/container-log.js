// <container-log data-events="address" data-last="time"> follows what containers print.
const maxLines = 5000;

class ContainerLog extends HTMLElement {
  #source;
  #last;
  #waiting = [];
  #follows = true;

  connectedCallback() {
    this.#last = this.dataset.last;
    this.addEventListener('click', event => event.target.closest('[data-follow]') && this.#setFollow(!this.#follows));
    this.addEventListener('wheel', event => event.deltaY < 0 && this.#setFollow(false), { passive: true });
    this.#source = new EventSource(this.dataset.events);
    this.#source.addEventListener('line', event => this.#enqueue(JSON.parse(event.data)));
    this.#source.addEventListener('problem', event => this.#tell(JSON.parse(event.data)));
    this.#scroll();
  }

  disconnectedCallback() {
    this.#source?.close();
  }

  // The address names the last line that is here by a time with fewer digits.
  #enqueue(line) {
    if (line.time <= this.#last && this.#last === this.dataset.last) return;
    this.#last = line.time;
    if (this.#waiting.push(line) === 1) setTimeout(() => this.#flush(), 50);
  }

  #flush() {
    const lines = this.#lines();
    for (const line of this.#waiting.splice(0)) {
      const item = this.querySelector('template').content.firstElementChild.cloneNode(true);
      item.querySelector('time').dateTime = line.time;
      item.querySelector('time').textContent = line.time.slice(11, 23);
      item.querySelector('.log-server').textContent = line.server;
      item.querySelector('.log-text').textContent = line.text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
      lines.append(item);
    }
    while (lines.childElementCount > maxLines) lines.firstElementChild.remove();
    this.querySelector('[data-empty]').hidden = lines.childElementCount > 0;
    this.#scroll();
  }

  #tell(problem) {
    const place = this.querySelector('[data-problem]');
    place.textContent = problem;
    place.hidden = false;
  }

  #scroll() {
    if (this.#follows) this.#lines().scrollTop = this.#lines().scrollHeight;
  }

  #lines() {
    return this.querySelector('.log-lines');
  }

  #setFollow(follows) {
    if (this.#follows === follows) return;
    this.#follows = follows;
    const button = this.querySelector('[data-follow]');
    button.setAttribute('aria-pressed', follows);
    button.querySelector('[data-label]').textContent = follows ? 'Pause' : 'Follow';
    const use = button.querySelector('use');
    use.setAttribute('href', use.getAttribute('href').replace(/#.*/, follows ? '#player-pause' : '#player-play'));
    this.#scroll();
  }
}

customElements.define('container-log', ContainerLog);
