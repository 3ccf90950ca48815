import './action-log.js';
import './container-log.js';
import './container-usage.js';
import './copy.js';
import './live.js';
import './stack-name.js';
import './terminal.js';

// Menus close when attention goes elsewhere.
addEventListener('click', event => closeMenus(event.target));
addEventListener('focusin', event => closeMenus(event.target));
addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  const menu = document.querySelector('details.menu[open]');
  if (!menu) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});

function closeMenus(target) {
  for (const menu of document.querySelectorAll('details.menu[open]'))
    if (!menu.contains(target)) menu.open = false;
}

// Dialogs open by the command attribute alone; this is for browsers that do not know it yet.
if (!('commandForElement' in HTMLButtonElement.prototype)) {
  addEventListener('click', event => {
    const button = event.target.closest('button[commandfor]');
    if (!button) return;
    const dialog = document.getElementById(button.getAttribute('commandfor'));
    if (button.getAttribute('command') === 'close') dialog.close();
    else dialog.showModal();
  });
}
