// <container-terminal data-address="address"> is a terminal in a container, over a websocket.
// The server sends no more than this beyond what it was told to be shown, or a program that prints without end would fill the memory.
const windowBytes = 512 * 1024;
const tellEvery = 64 * 1024;
const goneStatus = 1006;

class ContainerTerminal extends HTMLElement {
  #terminal;
  #fit;
  #socket;
  #observer;
  #ended;

  async connectedCallback() {
    this.addEventListener('click', event => {
      if (event.target.closest('[data-again]')) this.#connect();
      if (event.target.closest('[data-close]')) this.#socket.close(1000);
    });
    this.querySelector('[data-reader]').addEventListener('change', event => { this.#terminal.options.screenReaderMode = event.target.checked; });
    const [{ Terminal }, { FitAddon }] = await Promise.all([import('../vendor/xterm.js'), import('../vendor/xterm-fit.js')]);
    if (this.isConnected) this.#show(new Terminal(this.#look()), new FitAddon());
  }

  disconnectedCallback() {
    this.#observer?.disconnect();
    this.#socket?.close(1000);
    this.#terminal?.dispose();
  }

  #look() {
    const style = getComputedStyle(this);
    return {
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontFamily: style.getPropertyValue('--tblr-font-monospace') || 'monospace',
      fontSize: 14,
      minimumContrastRatio: 4.5,
      scrollback: 5000,
      theme: { background: style.getPropertyValue('--log-bg').trim(), foreground: style.getPropertyValue('--log-text').trim() },
    };
  }

  #show(terminal, fit) {
    [this.#terminal, this.#fit] = [terminal, fit];
    const screen = this.querySelector('[data-screen]');
    terminal.loadAddon(fit);
    terminal.open(screen);
    terminal.attachCustomKeyEventHandler(event => this.#mayTake(event));
    terminal.onData(text => this.#send(new TextEncoder().encode(text)));
    terminal.onBinary(text => this.#send(Uint8Array.from(text, character => character.charCodeAt(0))));
    terminal.onResize(size => this.#send(JSON.stringify({ resize: { columns: size.cols, rows: size.rows } })));
    this.#observer = new ResizeObserver(() => fit.fit());
    this.#observer.observe(screen);
    this.#connect();
  }

  // All other keys belong to the shell, the tabulator key too.
  #mayTake(event) {
    if (event.key !== 'Escape' || !event.shiftKey) return true;
    if (event.type === 'keydown') this.querySelector('.log-tools button:not([hidden])')?.focus();
    return false;
  }

  #connect() {
    this.#fit.fit();
    this.#terminal.reset();
    this.#tell('Connecting…', false);
    const address = new URL(this.dataset.address, location.href);
    address.protocol = location.protocol.replace('http', 'ws');
    address.search = new URLSearchParams({ columns: this.#terminal.cols, rows: this.#terminal.rows, window: windowBytes });
    const socket = this.#socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    let [wasOpen, shown, told] = [false, 0, 0];
    this.#ended = '';
    socket.addEventListener('open', () => {
      wasOpen = true;
      this.#tell('Open', true);
      this.#terminal.focus();
    });
    socket.addEventListener('message', event => {
      if (typeof event.data === 'string') this.#ended = JSON.parse(event.data).ended ?? '';
      else this.#terminal.write(new Uint8Array(event.data), () => {
        shown += event.data.byteLength;
        if (shown - told < tellEvery || socket.readyState !== WebSocket.OPEN) return;
        told = shown;
        socket.send(JSON.stringify({ shown }));
      });
    });
    socket.addEventListener('close', async event => {
      if (socket !== this.#socket || !this.isConnected) return;
      const why = this.#ended || event.reason || (event.code === goneStatus ? wasOpen ? 'The connection was lost.' : await this.#findObstacle() : '');
      this.#tell(`Ended. ${why}`, false, true);
    });
  }

  // A browser does not tell a page why a websocket was refused; a plain request for the same is answered with the reason.
  async #findObstacle() {
    try {
      const response = await fetch(this.dataset.address, { headers: { accept: 'application/json' } });
      if (response.status !== 400) return (await response.json()).details ?? `The server refused it with status ${response.status}.`;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return 'The server cannot be reached.';
    }
    return 'It could not be opened. Is the address of this page the one that Slipway:PublicUrl names, and does a proxy in between let websockets pass?';
  }

  #tell(status, isOpen, hasEnded) {
    this.querySelector('[data-status]').textContent = status;
    this.querySelector('[data-close]').hidden = !isOpen;
    this.querySelector('[data-again]').hidden = !hasEnded;
    this.#terminal.options.disableStdin = !isOpen;
    if (hasEnded && this.contains(document.activeElement)) this.querySelector('[data-again]').focus();
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(message);
  }
}

// What xterm.js would write into style elements, which the content security policy does not allow.
class AdoptedStyle extends HTMLElement {
  #sheet = new CSSStyleSheet();

  set textContent(text) {
    this.#sheet.replaceSync(text);
  }

  connectedCallback() {
    document.adoptedStyleSheets.push(this.#sheet);
  }

  disconnectedCallback() {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter(sheet => sheet !== this.#sheet);
  }
}

customElements.define('xterm-style', AdoptedStyle);
customElements.define('container-terminal', ContainerTerminal);
