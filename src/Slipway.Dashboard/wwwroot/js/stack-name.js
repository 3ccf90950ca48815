// Suggests a stack's name from its repository until the person types one.
let typed = false;

addEventListener('input', event => {
  if (event.target.id === 'name') typed = event.target.value !== '';
  const name = document.querySelector('[data-name-from=git] #name');
  if (event.target.id !== 'git' || typed || !name) return;
  name.value = event.target.value.trim().replace(/\/+$/, '').split(/[/:]/).pop().replace(/\.git$/, '').slice(0, 60);
});
