// The report's script: a matrix cell opens its pictures, arrows walk from cell to cell. Without it the cells are plain links.

export const SCRIPT = `
'use strict';

const cells = [...document.querySelectorAll('.matrix a.cell')];

for (const link of [...cells, ...document.querySelectorAll('a.opens')]) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    const dialog = document.getElementById(link.getAttribute('href').slice(1));
    dialog.showModal();
    dialog.scrollTop = 0;
  });
}
for (const cell of cells) {
  cell.addEventListener('keydown', (event) => {
    const next = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (next) {
      event.preventDefault();
      neighbour(cell, next)?.focus();
    } else if (event.key === ' ') {
      event.preventDefault();
      cell.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    }
  });
}

// The next cell that counts pictures, straight on in a direction; cells without any are passed over.
function neighbour(cell, [down, right]) {
  const at = ({ dataset }) => [Number(dataset.row), Number(dataset.column)];
  const [row, column] = at(cell);
  const ahead = (other) => {
    const [r, c] = at(other);
    return down !== 0 ? c === column && (r - row) * down > 0 : r === row && (c - column) * right > 0;
  };
  const distance = (other) => Math.abs(at(other)[0] - row) + Math.abs(at(other)[1] - column);
  return cells.filter(ahead).sort((a, b) => distance(a) - distance(b))[0];
}

for (const dialog of document.querySelectorAll('dialog')) {
  dialog.querySelector('button').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
}
`;
