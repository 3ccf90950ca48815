// <button data-copy="id"> copies the text of the element with that id.
addEventListener('click', async event => {
  const button = event.target.closest('button[data-copy]');
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const copied = await copy(source);
  const label = button.querySelector('[data-label]') ?? button;
  const before = label.textContent;
  label.textContent = copied ? 'Copied' : 'Press Ctrl+C';
  document.getElementById('announcer').textContent = label.textContent;
  setTimeout(() => { label.textContent = before; }, 2000);
});

async function copy(source) {
  const text = source.value ?? source.textContent;
  // The clipboard is only there over https and on localhost; elsewhere the text is selected for the person.
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text.trim());
    return true;
  }
  const range = document.createRange();
  range.selectNodeContents(source);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return document.execCommand('copy');
}
