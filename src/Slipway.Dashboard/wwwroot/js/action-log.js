// <action-log data-events="address"> follows an action's server-sent events.
const maxLinesPerStep = 2000;

class ActionLog extends HTMLElement {
  static observedAttributes = ['data-events'];

  #source;
  #last;
  #waiting = [];
  #follows = true;

  connectedCallback() {
    this.addEventListener('click', event => event.target.closest('[data-follow]') && this.#setFollow(!this.#follows));
    this.addEventListener('change', event => event.target.matches('[data-filter]') && this.#filter());
    this.addEventListener('wheel', event => event.deltaY < 0 && this.#setFollow(false), { passive: true });
    this.#open();
  }

  disconnectedCallback() {
    this.#source?.close();
  }

  attributeChangedCallback(name, before) {
    if (before !== null && this.isConnected) this.#open();
  }

  #open() {
    this.#source?.close();
    this.#last = Number(this.dataset.last);
    if (!this.dataset.events) return;
    this.#source = new EventSource(this.dataset.events);
    this.#source.addEventListener('line', event => this.#enqueue(JSON.parse(event.data)));
    this.#source.addEventListener('steps', event => this.#showSteps(JSON.parse(event.data)));
    this.#source.addEventListener('finished', () => this.#finish());
  }

  // After a reconnection the server may send again what is here already.
  #enqueue(line) {
    if (line.id <= this.#last) return;
    this.#last = line.id;
    if (this.#waiting.push(line) === 1) setTimeout(() => this.#flush(), 50);
  }

  #flush() {
    for (const line of this.#waiting.splice(0)) this.#append(line);
    this.#filter();
    if (this.#follows) this.#groupOfNow()?.lastElementChild.lastElementChild?.scrollIntoView({ block: 'nearest' });
  }

  #append(line) {
    const item = this.#make('line');
    item.dataset.server = line.server;
    item.dataset.severity = line.severity;
    item.querySelector('.log-server').textContent = line.server;
    item.querySelector('.log-text').textContent = line.text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
    const lines = this.#group(line.step).querySelector('.log-lines');
    lines.append(item);
    while (lines.childElementCount > maxLinesPerStep) lines.firstElementChild.remove();
    this.#addServer(line.server);
  }

  #showSteps(steps) {
    // The page around says that it waits, which is over.
    if ('waits' in this.dataset && steps.some(step => step.state !== 'waiting')) location.reload();
    const rows = this.querySelector('.log-steps');
    const meter = this.querySelector('progress');
    meter.max = Math.max(1, steps.length);
    meter.value = steps.filter(step => step.state === 'done' || step.state === 'skipped').length;
    for (const step of steps) {
      let row = this.#byStep(rows.children, step.name);
      if (!row) rows.append(row = this.#make('row', step.name));
      const group = this.#group(step.name);
      if (group.dataset.state !== step.state) {
        if (step.state === 'running' || step.state === 'failed') group.open = true;
        else if (step.state === 'done') group.open = false;
        if (step.state !== 'waiting') document.getElementById('announcer').textContent = `${step.name}: ${step.state}`;
      }
      for (const part of [row, group]) this.#showState(part, step);
    }
  }

  #showState(part, step) {
    part.querySelector('[data-time]').textContent = duration(step);
    if (part.dataset.state === step.state) return;
    part.dataset.state = step.state;
    part.querySelector('.step-icon').replaceWith(this.#make(`icon="${step.state}"`));
  }

  #finish() {
    this.#source.close();
    this.#flush();
    location.reload();
  }

  #group(name) {
    const groups = this.querySelector('.log-groups');
    let group = this.#byStep(groups.children, name);
    if (!group) {
      group = this.#make('group', name);
      if (name) groups.append(group);
      else groups.prepend(group);
      group.open = true;
    }
    return group;
  }

  #groupOfNow() {
    return this.querySelector('.log-group[data-state=running][open]');
  }

  #byStep(parts, name) {
    return [...parts].find(part => part.dataset.step === name);
  }

  #make(template, step) {
    const part = this.querySelector(`template[data-${template}]`).content.firstElementChild.cloneNode(true);
    if (step === undefined) return part;
    part.dataset.step = step;
    part.querySelector('.log-step-name').textContent = step || 'Preparation';
    return part;
  }

  #addServer(server) {
    const select = this.querySelector('[data-filter]');
    if (server && ![...select.options].some(option => option.value === server)) select.append(new Option(server));
  }

  #filter() {
    const wanted = this.querySelector('[data-filter]').value;
    for (const item of this.querySelectorAll('.log-lines > li')) item.hidden = wanted !== '' && item.dataset.server !== wanted;
  }

  #setFollow(follows) {
    const button = this.querySelector('[data-follow]');
    if (!button || this.#follows === follows) return;
    this.#follows = follows;
    button.setAttribute('aria-pressed', follows);
    button.querySelector('[data-label]').textContent = follows ? 'Pause' : 'Follow';
    const use = button.querySelector('use');
    use.setAttribute('href', use.getAttribute('href').replace(/#.*/, follows ? '#player-pause' : '#player-play'));
  }
}

function duration(step) {
  if (!step.started_at || step.state === 'skipped') return '';
  const seconds = Math.max(0, Math.round(((step.finished_at ? Date.parse(step.finished_at) : Date.now()) - Date.parse(step.started_at)) / 1000));
  if (seconds < 1) return '< 1s';
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}

customElements.define('action-log', ActionLog);
